/**
 * The program that runs functions in Java inside a sandbox. It starts for every instance of a function, so it is written to load
 * few classes: no logging, no annotations, no JSON library, reflection on the function's own types only when they need it.
 */
@NullMarked
package dev.tsumuji.bootstrap;

import org.jspecify.annotations.NullMarked;
