import './crowds.test.ts';
