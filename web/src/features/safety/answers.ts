// The three answers with their icons and words. The order is fixed.
import type { SafetyAnswer } from '../../lib/api/types';
import type { Key, Translate } from '../../lib/i18n';
import type { IconName } from '../../ui/icons';

/** An answer as a large button shows it. */
export interface AnswerChoice {
  id: SafetyAnswer;
  icon: IconName;
  tone: 'good' | 'plain' | 'grave';
  word: string;
  hint: string;
}

const icons: Record<SafetyAnswer, IconName> = { safe: 'safe', hurt: 'bandage', help: 'hand' };
const words: Record<SafetyAnswer, Key & `safety.${SafetyAnswer}`> = {
  safe: 'safety.safe',
  hurt: 'safety.hurt',
  help: 'safety.help',
};

/** The icon of an answer. */
export function answerIcon(answer: SafetyAnswer): IconName {
  return icons[answer];
}

/** The word of an answer. */
export function answerWord(answer: SafetyAnswer, t: Translate): string {
  return t(words[answer]);
}

/** The three buttons. */
export function answerChoices(t: Translate): AnswerChoice[] {
  return [
    { id: 'safe', icon: 'safe', tone: 'good', word: t('safety.safe'), hint: t('safety.safeHint') },
    {
      id: 'hurt',
      icon: 'bandage',
      tone: 'plain',
      word: t('safety.hurt'),
      hint: t('safety.hurtHint'),
    },
    { id: 'help', icon: 'hand', tone: 'grave', word: t('safety.help'), hint: t('safety.helpHint') },
  ];
}
