// The entry: builds the app, starts it, shows it.
import { mount } from 'svelte';
import './styles/index.css';
import Root from './app/Root.svelte';
import { buildApp, runApp } from './app/start.svelte';

const target = document.getElementById('app');
if (target !== null) {
  const app = await buildApp();
  runApp(app);
  mount(Root, { target, props: { app } });
}
