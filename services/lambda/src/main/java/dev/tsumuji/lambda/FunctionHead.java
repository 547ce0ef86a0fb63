package dev.tsumuji.lambda;

import java.util.Map;

/**
 * What belongs to a function as a whole.
 *
 * @param versionNext number of the next version to be published
 * @param published generation of {@code $LATEST} that was published last; empty when none was
 */
record FunctionHead(Map<String, String> tags, long versionNext, String published) {

    FunctionHead with(Map<String, String> changed) {
        return new FunctionHead(changed, versionNext, published);
    }
}
