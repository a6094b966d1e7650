/** Draws the page from the data that stands in it. */
import type { PageData } from '../report/html/page-data.ts';
import { runView } from './run-view.ts';
import { studyView } from './study-view.ts';

const page = JSON.parse(document.getElementById('data')?.textContent ?? '') as PageData;
document.body.prepend(page.kind === 'run' ? runView(page) : studyView(page));
// Those who print, and tests, know by it that all is there.
document.documentElement.dataset.ready = 'true';
