// House rules of the web app as lints. Tiers: ui knows no domain word, features do not know each
// other, the network and what a browser stores are touched only in lib/api and lib/db.
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const japanese = '/[\\u3040-\\u30fa\\u30fc-\\u30ff\\u3400-\\u9fff]/';
const noJapanese = ['Literal[value=', 'TemplateElement[value.raw=', 'SvelteText[value='].map(
  (start) => ({
    selector: `${start}${japanese}]`,
    message: 'Words belong in lib/i18n: add a key there and call t().',
  }),
);
const doors = ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'localStorage', 'indexedDB'];
const absentOnHttp = [
  ['crypto', 'randomUUID'],
  ['crypto', 'subtle'],
  ['navigator', 'locks'],
  ['navigator', 'storage'],
  ['navigator', 'onLine'],
].map(([object, property]) => ({
  object,
  property,
  message: 'Absent or untrue on plain http, where most phones are.',
}));

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'src/lib/api/generated.ts', 'test-artifacts/'] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  prettier,
  ...svelte.configs.prettier,
  {
    languageOptions: {
      globals: { ...globals.browser },
      parserOptions: {
        projectService: { allowDefaultProject: ['tests/browser/*.mjs', 'scripts/*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      curly: 'error',
      eqeqeq: 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 400 }],
      'no-restricted-properties': ['error', ...absentOnHttp],
      '@typescript-eslint/no-explicit-any': 'error',
      // keyCode 229 is how older browsers say that an input method has taken the key.
      '@typescript-eslint/no-deprecated': ['error', { allow: ['keyCode'] }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['src/**'],
    rules: {
      'no-restricted-globals': ['error', ...doors],
      'no-restricted-syntax': ['error', ...noJapanese],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: {
      'svelte/button-has-type': 'error',
      'svelte/no-at-html-tags': 'error',
      'svelte/require-each-key': 'error',
      // Our content policy refuses style="…"; style:height={…} is set by script and passes.
      'svelte/no-inline-styles': 'off',
      'no-restricted-syntax': [
        'error',
        ...noJapanese,
        {
          selector: 'SvelteAttribute[key.name="style"]',
          message: 'The content policy refuses it.',
        },
      ],
      // Types that cross a component's border are svelte-check's work; here they look like `any`.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // `void value;` in an effect names what it depends on.
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      'svelte/no-unused-props': 'error',
      'svelte/no-inspect': 'error',
    },
  },
  {
    files: ['src/lib/api/**', 'src/lib/db/**'],
    rules: { 'no-restricted-globals': 'off' },
  },
  { files: ['src/lib/i18n/**'], rules: { 'no-restricted-syntax': 'off', 'max-lines': 'off' } },
  {
    files: ['src/ui/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '/(features|app|api|db)/', message: 'ui knows no domain and no network.' },
          ],
        },
      ],
    },
  },
  {
    files: ['src/features/*/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex:
                '^\\.\\./(login|home|talk|bulletin|report|safety|link|account|demo|shelters|import|admin)/',
              message: 'A feature does not know its siblings: share through app, lib or ui.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['tests/**', 'scripts/**', '*.config.*'],
    languageOptions: { globals: { ...globals.node } },
    rules: { 'no-console': 'off', 'no-restricted-syntax': 'off', 'no-restricted-globals': 'off' },
  },
  { files: ['**/*.mjs', '**/*.js'], ...ts.configs.disableTypeChecked },
);
