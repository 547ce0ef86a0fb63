package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.time.Ids;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.services.dynamodb.model.PutResourcePolicyRequest;

/**
 * Policies of tables and streams, which the gate asks about calls on them. Thread-safe; all state is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html">Resource-based
 *     policies</a>
 */
final class ResourcePolicies {
    private static final String NO_POLICY = "NO_POLICY";

    private final Kv kv;
    private final Ids ids;
    private final Tables tables;

    ResourcePolicies(Kv kv, Ids ids, Tables tables) {
        this.kv = kv;
        this.ids = ids;
        this.tables = tables;
    }

    record Stored(String revision, String document) {
        static final Codec<Stored> CODEC = Codec.of(Stored.class);
    }

    /** @return the new revision */
    String put(PutResourcePolicyRequest request) {
        int size = request.policy().getBytes(StandardCharsets.UTF_8).length;
        if (size > DynamodbLimits.RESOURCE_POLICY_MAX_BYTES) {
            throw DynamodbErrors.invalid("Resource-based policy size exceeds the limit of "
                    + DynamodbLimits.RESOURCE_POLICY_MAX_BYTES + " bytes");
        }
        requireStatements(request.policy());
        var stored = new Stored(Long.toString(revision()), request.policy());
        kv.transact(txn -> {
            requireResource(txn, request.resourceArn());
            var key = DynamodbKeys.policy(request.resourceArn());
            checkRevision(
                    Stored.CODEC.decodeNullable(txn.get(key)), request.expectedRevisionId(), request.resourceArn());
            txn.put(key, Stored.CODEC.encode(stored));
            tables.changes(txn, Tags.tableOf(request.resourceArn()));
            return null;
        });
        return stored.revision();
    }

    /** What can't be read at all would deny everybody everything, taking it away again included. */
    private static void requireStatements(String policy) {
        if (policy.isBlank()) {
            throw malformed();
        }
        JsonNode document;
        try {
            document = JsonNode.parser().parse(policy);
        } catch (RuntimeException e) {
            throw malformed();
        }
        var statements = document.isObject() ? document.field("Statement").orElse(null) : null;
        if (statements == null || !statements.isArray() && !statements.isObject()) {
            throw malformed();
        }
    }

    private static RuntimeException malformed() {
        return DynamodbErrors.invalid("Invalid policy document: Syntax errors in policy.");
    }

    private long revision() {
        return java.nio.ByteBuffer.wrap(ids.bytes(Long.BYTES)).getLong() & Long.MAX_VALUE;
    }

    Stored get(String arn) {
        return kv.read(snapshot -> {
            requireResource(snapshot, arn);
            var stored = Stored.CODEC.decodeNullable(snapshot.get(DynamodbKeys.policy(arn)));
            if (stored == null) {
                throw DynamodbErrors.noSuchPolicy(arn);
            }
            return stored;
        });
    }

    /** @return the revision that is gone, null when there was none */
    @Nullable
    String delete(String arn, @Nullable String expected) {
        return kv.transact(txn -> {
            requireResource(txn, arn);
            var key = DynamodbKeys.policy(arn);
            var stored = Stored.CODEC.decodeNullable(txn.get(key));
            checkRevision(stored, expected, arn);
            if (stored == null) {
                return null;
            }
            txn.delete(key);
            tables.changes(txn, Tags.tableOf(arn));
            return stored.revision();
        });
    }

    /** For the gate: the document of a table and its indexes. */
    @Nullable
    String document(TableName name) {
        var stored = tables.policy(name);
        return stored == null ? null : stored.document();
    }

    /** For the gate: the document of a table, of one of its indexes, or of a stream. */
    @Nullable
    String document(String arn) {
        int index = arn.indexOf("/index/");
        var resource = index < 0 ? arn : arn.substring(0, index);
        var stored = kv.read(snapshot -> Stored.CODEC.decodeNullable(snapshot.get(DynamodbKeys.policy(resource))));
        return stored == null ? null : stored.document();
    }

    private static void checkRevision(@Nullable Stored stored, @Nullable String expected, String arn) {
        if (expected == null) {
            return;
        }
        boolean matches = stored == null ? expected.equals(NO_POLICY) : expected.equals(stored.revision());
        if (!matches) {
            throw DynamodbErrors.noSuchPolicy(arn);
        }
    }

    private void requireResource(Snapshot snapshot, String arn) {
        var name = Tags.tableOf(arn);
        boolean found = arn.contains("/stream/")
                ? snapshot.get(DynamodbKeys.stream(
                                name,
                                DynamodbStreamsService.StreamAddress.of(arn).label()))
                        != null
                : tables.find(snapshot, name) != null;
        if (!found) {
            throw DynamodbErrors.notFound("Requested resource not found: ResourceArn: " + arn + " not found");
        }
    }
}
