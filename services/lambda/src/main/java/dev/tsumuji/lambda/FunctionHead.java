package dev.tsumuji.lambda;

import java.util.Map;

/**
 * What belongs to a function as a whole.
 *
 * @param versionNext number of the next version to be published
 */
record FunctionHead(Map<String, String> tags, long versionNext) {}
