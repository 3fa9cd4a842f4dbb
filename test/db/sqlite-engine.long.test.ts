import './sqlite-engine.test.ts';
