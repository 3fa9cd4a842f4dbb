/* An empty program: what Node itself costs. */
