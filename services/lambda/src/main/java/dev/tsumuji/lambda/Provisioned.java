package dev.tsumuji.lambda;

/**
 * Instances that are kept initialised for a version, by its number or by an alias.
 *
 * @param lastModified as answers show it
 */
record Provisioned(int requested, String lastModified) {}
