package dev.tsumuji.lambda;

/** What happens to a function in a loop. */
record Recursion(String recursiveLoop) {}
