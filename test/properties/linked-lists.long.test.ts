import './linked-lists.test.ts';
