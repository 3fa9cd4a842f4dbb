import './plain-entries.test.ts';
