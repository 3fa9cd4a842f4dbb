import './scheduled-runs.test.ts';
