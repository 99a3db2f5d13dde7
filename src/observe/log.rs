//! Log lines: readable on a terminal, or one JSON object per line; always on standard error, so that
//! standard output belongs to the command.

use std::io::IsTerminal;
use std::panic::PanicHookInfo;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// Why logging can't begin.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The filter is not understood.
    #[error(
        "log.level {level:?} is not understood ({why}): write error, warn, info, debug or trace"
    )]
    Filter {
        /// What was given.
        level: String,
        /// What is wrong with it.
        why: String,
    },
    /// Logging is already set up.
    #[error("logging is already set up in this process")]
    Already,
}

/// Begins to log for the whole process: `level` is a filter such as `info,noroshi::sync=debug`. Panics are
/// logged too, so that one that a request caught doesn't go by unseen.
///
/// # Errors
/// [`LogError`] when the filter is not understood, or when called twice.
pub fn start(format: Format, level: &str) -> Result<(), LogError> {
    let filter = EnvFilter::try_new(level)
        .map_err(|error| LogError::Filter { level: level.to_owned(), why: error.to_string() })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let set = match format {
        Format::Text => lines.with_target(false).compact().finish().try_init(),
        Format::Json => lines.json().flatten_event(true).finish().try_init(),
    };
    set.map_err(|_already_set| LogError::Already)?;
    std::panic::set_hook(Box::new(panicked));
    Ok(())
}

fn panicked(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let said = info.payload_as_str().unwrap_or("no words");
    tracing::error!(place, "A defect in the program stopped one task: {said}");
}
