import './any-damage.test.ts';
