package dev.tsumuji.iam;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.services.iam.model.Tag;

/** Tags of one kind of resource. */
final class Tags {
    /** Of identities: keys that differ in case only are the same key. */
    static final Tags CASELESS =
            new Tags(IamKeys::low, "Duplicate tag keys found. Please note that Tag keys are case insensitive.");

    /** Of policies. */
    static final Tags CASED = new Tags(UnaryOperator.identity(), "Duplicate tag keys found.");

    static final int MAX = 50;

    private final UnaryOperator<String> sameness;
    private final String duplicates;

    private Tags(UnaryOperator<String> sameness, String duplicates) {
        this.sameness = sameness;
        this.duplicates = duplicates;
    }

    /** The tags of something new. */
    List<Tag> of(Collection<Tag> given) {
        return merged(List.of(), given);
    }

    List<Tag> merged(List<Tag> old, Collection<Tag> added) {
        var seen = new HashSet<String>();
        for (var tag : added) {
            if (!seen.add(sameness.apply(tag.key()))) {
                throw IamErrors.invalid(duplicates);
            }
            if (IamKeys.low(tag.key()).startsWith("aws:")) {
                throw IamErrors.invalid("Tag keys prefixed with aws: can't be created or edited.");
            }
        }
        var tags = new LinkedHashMap<String, Tag>();
        old.forEach(tag -> tags.put(sameness.apply(tag.key()), tag));
        added.forEach(tag -> tags.put(sameness.apply(tag.key()), tag));
        if (tags.size() > MAX) {
            throw IamErrors.limit("Cannot exceed quota for TagsPerResource: " + MAX);
        }
        return List.copyOf(tags.values());
    }

    List<Tag> without(List<Tag> old, Collection<String> keys) {
        var gone = new HashSet<String>();
        keys.forEach(key -> gone.add(sameness.apply(key)));
        return old.stream()
                .filter(tag -> !gone.contains(sameness.apply(tag.key())))
                .toList();
    }

    static Map<String, String> map(List<Tag> tags) {
        var map = new LinkedHashMap<String, String>();
        tags.forEach(tag -> map.put(tag.key(), tag.value()));
        return map;
    }
}
