// Svelte in runes mode for every file, so that no component falls back to the older reactivity.
export default { compilerOptions: { runes: true } };
