import './days.test.ts';
