import './search-index.test.ts';
