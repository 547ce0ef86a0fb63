package dev.tsumuji.lambda;

import dev.tsumuji.kernel.kv.Codec;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;

/**
 * An event source mapping as it is stored.
 *
 * @param enabled whether it is read; the states between are only shown by the answers that lead there
 */
record Mapping(
        String account,
        String region,
        String functionName,
        @Nullable String qualifier,
        boolean enabled,
        EventSourceMappingConfiguration settings,
        Map<String, String> tags) {
    static final Codec<Mapping> CODEC = Codec.of(Mapping.class);

    String uuid() {
        return settings.uuid();
    }

    FunctionName function() {
        return new FunctionName(new FunctionId(account, region, functionName), qualifier);
    }

    Mapping with(Map<String, String> otherTags) {
        return new Mapping(account, region, functionName, qualifier, enabled, settings, otherTags);
    }
}
