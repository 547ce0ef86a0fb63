package dev.tsumuji.lambda;

import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;

/** Carries members between model classes that share them, as all answers that show a function's configuration do. */
final class Members {
    private Members() {}

    /** Sets every member of the target that the source has set, by name. */
    static <B extends SdkPojo> B copy(SdkPojo source, B target) {
        var from = source.sdkFieldNameToField();
        for (var field : target.sdkFields()) {
            var sourceField = from.get(field.locationName());
            if (sourceField != null) {
                var value = sourceField.getValueOrDefault(source);
                boolean unset = value == null
                        || value instanceof SdkAutoConstructList<?>
                        || value instanceof SdkAutoConstructMap<?, ?>;
                if (!unset) {
                    field.set(target, value);
                }
            }
        }
        return target;
    }
}
