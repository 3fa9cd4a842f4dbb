import './damage.test.ts';
