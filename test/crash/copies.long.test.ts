import './copies.test.ts';
