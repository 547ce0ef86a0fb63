package dev.tsumuji.iam.policy;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The condition keys of a request.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html">Global condition keys</a>
 */
@FunctionalInterface
public interface Context {

    /**
     * @param key in any letter case
     * @return null when the request has no such key; one value for a single-valued key
     */
    @Nullable
    List<String> values(String key);

    /** A context of given values. */
    static Context of(Map<String, List<String>> values) {
        return key -> {
            var exact = values.get(key);
            if (exact != null) {
                return exact;
            }
            for (var entry : values.entrySet()) {
                if (entry.getKey().equalsIgnoreCase(key)) {
                    return entry.getValue();
                }
            }
            return null;
        };
    }
}
