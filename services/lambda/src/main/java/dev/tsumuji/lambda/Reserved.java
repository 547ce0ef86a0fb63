package dev.tsumuji.lambda;

/** Concurrent executions kept for one function, which are also its limit. */
record Reserved(int concurrency) {}
