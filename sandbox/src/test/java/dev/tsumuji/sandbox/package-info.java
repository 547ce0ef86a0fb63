/** Tests of the sandbox with real processes; those that need root are skipped, and say so, without it. */
package dev.tsumuji.sandbox;
