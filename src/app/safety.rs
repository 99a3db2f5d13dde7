//! Safety checks 安否確認: starting, answering with one tap, the call list after the deadline.

mod shapes;

use std::collections::BTreeMap;

use crate::app::App;
use crate::app::author;
use crate::app::bulletin::ClientIdOnly;
use crate::app::error::AppError;
use crate::app::link::count;
use crate::app::people;
use crate::app::people::Directory;
use crate::domain::access::Action;
use crate::domain::access::Actor;
use crate::domain::access::Scope;
use crate::domain::event::kind::Kind;
use crate::domain::ids::AccountNo;
use crate::domain::ids::EventId;
use crate::domain::ids::NodeId;
use crate::domain::org::NodeRole;
use crate::domain::safety as payload;
use crate::domain::safety::Answer;
use crate::domain::safety::CallMark;
use crate::domain::safety::SafetyAnswer as AnswerBody;
use crate::domain::safety::SafetyCall;
use crate::domain::safety::SafetyChange;
use crate::domain::safety::SafetyOpen;
use crate::domain::stream::Class;
use crate::domain::stream::Stream;
use crate::domain::text;
use crate::store::Draft;
use crate::store::error::StoreError;
use crate::store::snapshot::Snapshot;
use crate::store::views::org::Account;
use crate::store::views::safety::Call;
use crate::store::views::safety::Check;
use crate::store::views::safety::Statement;

pub use crate::app::safety::shapes::*;

struct View<'a> {
    snapshot: &'a Snapshot<'a>,
    app: &'a App,
    directory: &'a Directory,
    actor: &'a Actor,
    /// Counting everybody is dear: home does without.
    counts_people: bool,
}

/// What is known of one check's people.
struct Known {
    statements: BTreeMap<AccountNo, Vec<Statement>>,
    readers: BTreeMap<AccountNo, i64>,
}

fn is_asked(check: &Check, account: &Account) -> bool {
    account.role.is_asked()
        && check
            .open
            .nodes
            .as_ref()
            .is_none_or(|nodes| account.nodes.iter().any(|node| nodes.contains(node)))
}

impl View<'_> {
    fn known(&self, check: &Check) -> Result<Known, StoreError> {
        Ok(Known {
            statements: self.snapshot.statements(check.at)?,
            readers: self.snapshot.notice_readers(check.at)?,
        })
    }

    fn asked(&self, check: &Check, scope: Scope) -> Vec<Account> {
        self.directory
            .active()
            .filter(|account| is_asked(check, account))
            .filter(|one| scope == Scope::All || one.nodes.contains(&self.actor.node))
            .cloned()
            .collect()
    }

    fn is_late(&self, check: &Check, ctime: i64) -> bool {
        self.snapshot.unix(ctime) > check.deadline_ms
            || check.closed.is_some_and(|closed| ctime > closed)
    }

    /// `not_delivered`, `delivered` or `read`, of somebody who has not answered.
    fn silence(
        &self,
        check: &Check,
        account: &Account,
        known: &Known,
    ) -> Result<&'static str, StoreError> {
        if known.readers.contains_key(&account.account) {
            return Ok("read");
        }
        for node in &account.nodes {
            if self.snapshot.reached(*node, &check.at)? {
                return Ok("delivered");
            }
        }
        Ok("not_delivered")
    }

    fn totals(
        &self,
        check: &Check,
        known: &Known,
        scope: Scope,
    ) -> Result<SafetyTotals, StoreError> {
        let mut totals = SafetyTotals::default();
        for account in self.asked(check, scope) {
            totals.total = totals.total.saturating_add(1);
            let all = known.statements.get(&account.account).map_or(&[][..], Vec::as_slice);
            let answer = Statement::standing(all).map(|one| one.answer);
            let counter = match answer {
                Some(Answer::Safe) => &mut totals.safe,
                Some(Answer::Hurt) => &mut totals.hurt,
                Some(Answer::Help) => &mut totals.help,
                Some(Answer::Withdrawn) | None => {
                    if self.silence(check, &account, known)? == "not_delivered" {
                        totals.not_delivered = totals.not_delivered.saturating_add(1);
                    }
                    &mut totals.unanswered
                }
            };
            *counter = counter.saturating_add(1);
        }
        totals.answered = totals.total.saturating_sub(totals.unanswered);
        Ok(totals)
    }

    fn render(&self, check: &Check) -> Result<SafetyCheck, AppError> {
        let known = self.known(check)?;
        let me = self.directory.account(self.actor.account);
        let all = known.statements.get(&self.actor.account).map_or(&[][..], Vec::as_slice);
        let mine = match Statement::standing(all) {
            Some(one) => Some(MyAnswer {
                answer: one.answer.word().to_owned(),
                note: one.note.clone(),
                at_ms: self.snapshot.unix(one.ctime),
                late: self.is_late(check, one.ctime),
                hq: self.at_headquarters(&one.at)?,
            }),
            None => None,
        };
        let scope =
            self.app.check(self.actor, Action::SeeSafetyPeople).ok().filter(|_| self.counts_people);
        Ok(SafetyCheck {
            id: check.id.to_string(),
            no: check.open.number,
            text: check.open.text.clone(),
            issuer: self.directory.person(check.author).name,
            opened_ms: self.snapshot.unix(check.ctime),
            deadline_ms: check.deadline_ms,
            closed_ms: check.closed.map(|at| self.snapshot.unix(at)),
            drill: check.open.drill.unwrap_or(false),
            asked_me: me.is_some_and(|account| is_asked(check, account)),
            mine,
            totals: scope.map(|scope| self.totals(check, &known, scope)).transpose()?,
        })
    }

    fn at_headquarters(&self, at: &crate::domain::ids::EventRef) -> Result<bool, StoreError> {
        for node in self.directory.nodes() {
            if node.role == NodeRole::Headquarters && self.snapshot.reached(node.id, at)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn person(
        &self,
        check: &Check,
        known: &Known,
        account: &Account,
    ) -> Result<SafetyPerson, AppError> {
        let all = known.statements.get(&account.account).map_or(&[][..], Vec::as_slice);
        let standing = Statement::standing(all);
        let name = |one: &Statement| match one.proxy {
            Some(caller) => self.directory.person(caller).name,
            None => account.name.clone(),
        };
        Ok(SafetyPerson {
            person: self.directory.person(account.account),
            phone: self.directory.phone(account.account),
            answer: standing.map(|one| one.answer.word().to_owned()),
            note: standing.map(|one| one.note.clone()).unwrap_or_default(),
            at_ms: standing.map(|one| self.snapshot.unix(one.ctime)),
            late: standing.is_some_and(|one| self.is_late(check, one.ctime)),
            by_proxy: standing
                .and_then(|one| one.proxy)
                .map(|caller| self.directory.person(caller).name),
            state: match standing {
                Some(_) => "answered",
                None => self.silence(check, account, known)?,
            }
            .to_owned(),
            history: all
                .iter()
                .map(|one| Said {
                    answer: one.answer.word().to_owned(),
                    at_ms: self.snapshot.unix(one.ctime),
                    by: name(one),
                })
                .collect(),
        })
    }

    fn detail(&self, check: &Check) -> Result<SafetyDetail, AppError> {
        let known = self.known(check)?;
        let people = match self.app.check(self.actor, Action::SeeSafetyPeople) {
            Ok(scope) => self
                .asked(check, scope)
                .iter()
                .map(|account| self.person(check, &known, account))
                .collect::<Result<_, _>>()?,
            Err(_) => Vec::new(),
        };
        Ok(SafetyDetail { check: self.render(check)?, people })
    }

    fn call_state(&self, calls: &[Call]) -> Option<CallState> {
        let latest = calls.iter().rfind(|call| call.mark != CallMark::TakesCare)?;
        let misses = calls.iter().filter(|call| call.mark == CallMark::NotReached);
        (latest.mark != CallMark::Clear).then(|| CallState {
            mark: latest.mark.word().to_owned(),
            answer: latest.answer.map(|answer| answer.word().to_owned()),
            by: self.directory.person(latest.caller).name,
            by_me: latest.caller == self.actor.account,
            at_ms: self.snapshot.unix(latest.ctime),
            tries: count(misses.count()),
        })
    }

    fn call_list(&self, check: &Check, scope: Scope) -> Result<CallList, AppError> {
        let (known, calls) = (self.known(check)?, self.snapshot.calls(check.at)?);
        let (mut rows, mut help) = (Vec::new(), Vec::new());
        let passed = self.snapshot.now_ms >= check.deadline_ms;
        for account in self.asked(check, scope) {
            let all = known.statements.get(&account.account).map_or(&[][..], Vec::as_slice);
            let marks = calls.get(&account.account).map_or(&[][..], Vec::as_slice);
            let standing = Statement::standing(all);
            let call = self.call_state(marks);
            // Whoever answered on the telephone stays on the list as done; an own answer takes one off it.
            let recorded = standing.is_some_and(|one| one.proxy.is_some());
            if standing.is_none() || recorded {
                rows.push(CallRow {
                    person: self.directory.person(account.account),
                    phone: self.directory.phone(account.account),
                    state: self.silence(check, &account, &known)?.to_owned(),
                    call,
                });
            }
            if let Some(one) = standing.filter(|one| one.answer == Answer::Help) {
                let taken = marks.iter().rfind(|call| call.mark == CallMark::TakesCare);
                help.push(HelpRow {
                    person: self.directory.person(account.account),
                    note: one.note.clone(),
                    at_ms: self.snapshot.unix(one.ctime),
                    taken_by: taken.map(|call| self.directory.person(call.caller).name),
                    taken_ms: taken.map(|call| self.snapshot.unix(call.ctime)),
                    phone: self.directory.phone(account.account),
                });
            }
        }
        Ok(CallList { check: self.render(check)?, passed, rows, help })
    }
}

fn find(snapshot: &Snapshot<'_>, id: EventId) -> Result<Check, AppError> {
    snapshot.check(id)?.ok_or(AppError::NotFound)
}

async fn with_view<T: Send + 'static>(
    app: &App,
    actor: &Actor,
    look: impl FnOnce(&View<'_>) -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    let (inner, actor) = (app.clone(), actor.clone());
    app.store()
        .read(move |snapshot| {
            let directory = Directory::read(snapshot)?;
            look(&View {
                snapshot,
                app: &inner,
                directory: &directory,
                actor: &actor,
                counts_people: true,
            })
        })
        .await
}

/// All checks, newest first.
///
/// # Errors
/// Right, or the store's.
pub async fn list(app: &App, actor: &Actor) -> Result<SafetyChecks, AppError> {
    app.check(actor, Action::AnswerSafety)?;
    with_view(app, actor, |view| Ok(SafetyChecks { checks: all(view)? })).await
}

fn all(view: &View<'_>) -> Result<Vec<SafetyCheck>, AppError> {
    let actor = view.actor;
    let is_for = |check: &&Check| {
        actor.node_role == NodeRole::Headquarters
            || check.open.nodes.as_ref().is_none_or(|nodes| nodes.contains(&actor.node))
    };
    view.snapshot.checks()?.iter().filter(is_for).map(|check| view.render(check)).collect()
}

/// The same inside a snapshot, for home.
pub(crate) fn visible(
    snapshot: &Snapshot<'_>,
    app: &App,
    directory: &Directory,
    actor: &Actor,
) -> Result<Vec<SafetyCheck>, AppError> {
    all(&View { snapshot, app, directory, actor, counts_people: false })
}

/// Starts a check.
///
/// # Errors
/// Right, limits, or the store's.
pub async fn start(app: &App, actor: &Actor, new: NewSafety) -> Result<SafetyDetail, AppError> {
    app.check(actor, Action::LeadSafety)?;
    let client_id = people::client_id(&new.client_id)?;
    let question = text::required(&new.text, text::TEXT_CHARS_MAX)?;
    let (least, usual, most) = payload::MINUTES;
    let minutes = new.minutes.unwrap_or(usual);
    if !(least..=most).contains(&minutes) {
        return Err(AppError::BadRequest("minutes"));
    }
    let parse_node = |id: &String| NodeId::parse(id).map_err(|_bad| AppError::BadRequest("nodes"));
    let nodes = match &new.nodes {
        Some(ids) if ids.is_empty() => return Err(AppError::BadRequest("nodes")),
        Some(ids) => Some(ids.iter().map(parse_node).collect::<Result<Vec<_>, _>>()?),
        None => None,
    };
    let asker = actor.clone();
    let (committed, ()) = app
        .store()
        .act(move |snapshot| {
            let request =
                minicbor::to_vec((&question, minutes, &nodes, new.drill)).unwrap_or_default();
            let body = SafetyOpen {
                client_id,
                number: snapshot.next_check_number()?,
                text: question,
                deadline_ms: snapshot
                    .now_ms
                    .saturating_add(i64::from(minutes).saturating_mul(60_000)),
                nodes,
                drill: new.drill.then_some(true),
            };
            let stream = Stream::notice_all();
            let draft = Draft::new(stream, Kind::SafetyOpen, author(&asker), client_id, &body);
            Ok::<_, AppError>((vec![draft.with_request(&request)], ()))
        })
        .await?;
    let id = committed.first().map(|one| one.id).ok_or(AppError::NotFound)?;
    with_view(app, actor, move |view| view.detail(&find(view.snapshot, id)?)).await
}

/// One check.
///
/// # Errors
/// Right, or the store's.
pub async fn one(app: &App, actor: &Actor, id: &str) -> Result<SafetyDetail, AppError> {
    app.check(actor, Action::AnswerSafety)?;
    let id = people::event_id(id)?;
    with_view(app, actor, move |view| view.detail(&find(view.snapshot, id)?)).await
}

/// Answers for oneself; possible also after deadline and close.
///
/// # Errors
/// Right, limits, or the store's.
pub async fn answer(
    app: &App,
    actor: &Actor,
    id: &str,
    new: NewAnswer,
) -> Result<SafetyCheck, AppError> {
    app.check(actor, Action::AnswerSafety)?;
    let (id, asker) = (people::event_id(id)?, actor.clone());
    let client_id = people::client_id(&new.client_id)?;
    let answer = Answer::from_word(&new.answer).ok_or(AppError::BadRequest("answer"))?;
    let note = text::optional(&new.note, 400)?;
    app.store()
        .act(move |snapshot| {
            let check = find(snapshot, id)?;
            let account = snapshot.account(asker.account)?.ok_or(AppError::SessionEnded)?;
            if !is_asked(&check, &account) {
                return Err(AppError::NotAllowed);
            }
            let request = minicbor::to_vec((answer.number(), &note)).unwrap_or_default();
            let written_ms = people::waited(new.written_ms, snapshot.now_ms);
            let body = AnswerBody { client_id, answer, note, written_ms };
            let stream = Stream::of_node(Class::Answer, asker.node);
            let draft = Draft::new(stream, Kind::SafetyAnswer, author(&asker), client_id, &body);
            Ok((vec![draft.with_request(&request).with_parent(check.at)], ()))
        })
        .await?;
    with_view(app, actor, move |view| view.render(&find(view.snapshot, id)?)).await
}

async fn change(
    app: &App,
    actor: &Actor,
    id: &str,
    client_id: &str,
    add_minutes: Option<u32>,
) -> Result<SafetyDetail, AppError> {
    app.check(actor, Action::LeadSafety)?;
    let (id, asker) = (people::event_id(id)?, actor.clone());
    let client_id = people::client_id(client_id)?;
    app.store()
        .act(move |snapshot| {
            let check = find(snapshot, id)?;
            // Time is added from now on when the deadline is already past.
            let from = check.deadline_ms.max(snapshot.now_ms);
            let deadline_ms = add_minutes
                .map(|minutes| from.saturating_add(i64::from(minutes).saturating_mul(60_000)));
            let body = SafetyChange { client_id, deadline_ms, closed: add_minutes.is_none() };
            let request = add_minutes.unwrap_or(0).to_be_bytes();
            let stream = Stream::notice_all();
            let draft = Draft::new(stream, Kind::SafetyChange, author(&asker), client_id, &body);
            Ok::<_, AppError>((vec![draft.with_request(&request).with_parent(check.at)], ()))
        })
        .await?;
    with_view(app, actor, move |view| view.detail(&find(view.snapshot, id)?)).await
}

/// Prolongs the deadline.
///
/// # Errors
/// Right, limits, or the store's.
pub async fn deadline(
    app: &App,
    actor: &Actor,
    id: &str,
    add: AddMinutes,
) -> Result<SafetyDetail, AppError> {
    if !(1..=60).contains(&add.add_minutes) {
        return Err(AppError::BadRequest("add_minutes"));
    }
    change(app, actor, id, &add.client_id, Some(add.add_minutes)).await
}

/// Ends a check; the record stays.
///
/// # Errors
/// Right, or the store's.
pub async fn close(
    app: &App,
    actor: &Actor,
    id: &str,
    close: ClientIdOnly,
) -> Result<SafetyDetail, AppError> {
    change(app, actor, id, &close.client_id, None).await
}

/// The call list; before the deadline (`passed` false) it tells who has not answered yet.
///
/// # Errors
/// Right, or the store's.
pub async fn calls(app: &App, actor: &Actor, id: &str) -> Result<CallList, AppError> {
    let scope = app.check(actor, Action::SeeSafetyPeople)?;
    let id = people::event_id(id)?;
    with_view(app, actor, move |view| view.call_list(&find(view.snapshot, id)?, scope)).await
}

/// Records a call.
///
/// # Errors
/// Right, or the store's.
pub async fn mark(
    app: &App,
    actor: &Actor,
    id: &str,
    account: u32,
    mark: MarkCall,
) -> Result<CallList, AppError> {
    app.check(actor, Action::MarkCalls)?;
    let (event, asker) = (people::event_id(id)?, actor.clone());
    let client_id = people::client_id(&mark.client_id)?;
    let what = CallMark::from_word(&mark.mark).ok_or(AppError::BadRequest("mark"))?;
    let answer = match mark.answer.as_deref().map(Answer::from_word) {
        Some(None | Some(Answer::Withdrawn)) => return Err(AppError::BadRequest("answer")),
        Some(Some(answer)) => Some(answer),
        None => None,
    };
    app.store()
        .act(move |snapshot| {
            let check = find(snapshot, event)?;
            let account = AccountNo(account);
            snapshot.account(account)?.ok_or(AppError::NotFound)?;
            let body = SafetyCall { client_id, account, mark: what, answer };
            let stream = Stream::desk();
            let draft = Draft::new(stream, Kind::SafetyCall, author(&asker), client_id, &body);
            Ok::<_, AppError>((vec![draft.with_parent(check.at)], ()))
        })
        .await?;
    calls(app, actor, id).await
}
