package dev.tsumuji.lambda;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.Cors;

/**
 * A function's URL, as it is stored.
 *
 * @param id first label of its host name, random and unique for ever
 * @param cors null when browsers of other origins are the function's own business
 * @param createdAt as answers show it
 */
record UrlConfig(
        String id, String authType, @Nullable Cors cors, String invokeMode, String createdAt, String modifiedAt) {

    /** Whose URL it is. */
    record Owner(
            String account,
            String region,
            String name,
            @Nullable String qualifier) {
        FunctionName function() {
            return new FunctionName(new FunctionId(account, region, name), qualifier);
        }
    }
}
