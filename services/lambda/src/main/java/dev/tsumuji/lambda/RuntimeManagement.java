package dev.tsumuji.lambda;

import org.jspecify.annotations.Nullable;

/**
 * When a version's runtime is updated. There is one version of each runtime here, the machine's own, so nothing else follows
 * from it.
 *
 * @param versionArn of the runtime that is to stay; null unless it was chosen by hand
 */
record RuntimeManagement(String updateRuntimeOn, @Nullable String versionArn) {}
