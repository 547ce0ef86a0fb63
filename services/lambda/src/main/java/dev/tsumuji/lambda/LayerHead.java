package dev.tsumuji.lambda;

/**
 * What belongs to a layer as a whole; numbers are never given twice.
 *
 * @param versionNext number of the next version to be published
 */
record LayerHead(long versionNext) {}
