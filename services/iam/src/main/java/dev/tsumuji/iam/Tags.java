package dev.tsumuji.iam;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.Tag;

/** Tags of identities and policies. Keys that differ in case only are the same key. */
final class Tags {
    static final int MAX = 50;

    private Tags() {}

    /** The tags of something new. */
    static List<Tag> of(Collection<Tag> given) {
        return merged(List.of(), given);
    }

    static List<Tag> merged(List<Tag> old, Collection<Tag> added) {
        var seen = new HashSet<String>();
        for (var tag : added) {
            if (!seen.add(IamKeys.low(tag.key()))) {
                throw IamErrors.invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
            }
            if (IamKeys.low(tag.key()).startsWith("aws:")) {
                throw IamErrors.invalid("Tag keys prefixed with aws: can't be created or edited.");
            }
        }
        var tags = new LinkedHashMap<String, Tag>();
        old.forEach(tag -> tags.put(IamKeys.low(tag.key()), tag));
        added.forEach(tag -> tags.put(IamKeys.low(tag.key()), tag));
        if (tags.size() > MAX) {
            throw IamErrors.limit("Cannot exceed quota for TagsPerResource: " + MAX);
        }
        return List.copyOf(tags.values());
    }

    static List<Tag> without(List<Tag> old, Collection<String> keys) {
        var gone = new HashSet<String>();
        keys.forEach(key -> gone.add(IamKeys.low(key)));
        return old.stream()
                .filter(tag -> !gone.contains(IamKeys.low(tag.key())))
                .toList();
    }

    static Map<String, String> map(List<Tag> tags) {
        var map = new LinkedHashMap<String, String>();
        tags.forEach(tag -> map.put(tag.key(), tag.value()));
        return map;
    }
}
