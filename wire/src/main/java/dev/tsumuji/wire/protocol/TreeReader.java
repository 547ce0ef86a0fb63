package dev.tsumuji.wire.protocol;

import dev.tsumuji.wire.constraint.Table.QueryName;
import dev.tsumuji.wire.shape.Kind;
import dev.tsumuji.wire.shape.Member;
import dev.tsumuji.wire.shape.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;

/** Fills a structure from a tree of nodes: a query form, whose lists are numbered, or an XML document, whose lists repeat. */
final class TreeReader {
    private final boolean form;
    private final Function<Member, @Nullable QueryName> names;

    private TreeReader(boolean form, Function<Member, @Nullable QueryName> names) {
        this.form = form;
        this.names = names;
    }

    /** @param names of collections that the older query protocol calls otherwise */
    static TreeReader ofForm(Function<Member, @Nullable QueryName> names) {
        return new TreeReader(true, names);
    }

    static TreeReader ofXml() {
        return new TreeReader(false, member -> null);
    }

    /** @throws Malformed when a value is not of the member's type */
    void structure(Node node, SdkPojo builder) {
        for (var member : Shape.of(builder).bodyMembers()) {
            var value = member.xmlAttribute() ? attribute(node, member) : member(node, member);
            if (value != null) {
                member.set(builder, value);
            }
        }
    }

    private static @Nullable Object attribute(Node node, Member member) {
        var text = node.attribute(member.wireName());
        return text == null ? null : Text.parse(member, text);
    }

    private @Nullable Object member(Node node, Member member) {
        var alias = names.apply(member);
        if (alias != null) {
            var child = node.child(alias.name());
            return child == null ? null : collection(child.numbered(), member, alias.key(), alias.value());
        }
        if (!form && member.flattened()) {
            var items = node.children(member.wireName());
            return items.isEmpty() ? null : collection(items, member);
        }
        var child = node.child(member.wireName());
        return child == null ? null : value(child, member);
    }

    private @Nullable Object value(Node node, Member member) {
        return switch (member.kind()) {
            case STRUCTURE -> {
                var builder = member.newBuilder();
                structure(node, builder);
                yield Member.build(builder);
            }
            case LIST -> collection(items(node, member, member.elementName()), member);
            case MAP -> collection(items(node, member, "entry"), member);
            case STRING -> node.text();
            default ->
                node.text().isEmpty() ? null : Text.parse(member, node.text().strip());
        };
    }

    private List<Node> items(Node node, Member member, String name) {
        if (!form) {
            return node.children(name);
        }
        var inner = member.flattened() ? null : node.child(name);
        return inner == null ? node.numbered() : inner.numbered();
    }

    private Object collection(List<Node> items, Member member) {
        return collection(items, member, member.keyName(), member.valueName());
    }

    private Object collection(List<Node> items, Member member, String keyName, String valueName) {
        return member.kind() == Kind.LIST ? list(items, member) : map(items, member, keyName, valueName);
    }

    private List<@Nullable Object> list(List<Node> items, Member member) {
        var values = new ArrayList<@Nullable Object>(items.size());
        for (var item : items) {
            values.add(value(item, member.element()));
        }
        return values;
    }

    private Map<String, @Nullable Object> map(List<Node> items, Member member, String keyName, String valueName) {
        var values = new LinkedHashMap<String, @Nullable Object>();
        for (var item : items) {
            var key = item.child(keyName);
            var content = item.child(valueName);
            if (key == null) {
                throw new Malformed("An entry of " + member.name() + " has no key");
            }
            values.put(key.text(), content == null ? null : value(content, member.element()));
        }
        return values;
    }
}
