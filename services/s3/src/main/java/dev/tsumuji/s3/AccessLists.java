package dev.tsumuji.s3;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.s3.model.AccessControlPolicy;
import software.amazon.awssdk.services.s3.model.Grant;
import software.amazon.awssdk.services.s3.model.Grantee;
import software.amazon.awssdk.services.s3.model.Permission;
import software.amazon.awssdk.services.s3.model.Type;

/**
 * Access control lists of buckets and objects: read from a request, stored by whoever owns the record, and turned into
 * statements that the gate judges by. Where the bucket's owner owns every object, lists are disabled. Stateless.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html">Access control list overview</a>
 */
final class AccessLists {
    static final Setting<AccessControlPolicy> ACL = Setting.of("acl", AccessControlPolicy.class);

    static final String ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers";
    static final String AUTHENTICATED = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
    private static final String LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery";
    private static final Set<String> GROUPS = Set.of(ALL_USERS, AUTHENTICATED, LOG_DELIVERY);
    private static final int GRANTS_MAX = 100;
    private static final List<String> GRANTS =
            List.of("GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP");
    private static final Pattern CANONICAL = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern HEADER_GRANT = Pattern.compile("\\s*(id|uri|emailAddress)=\"?([^\",]*)\"?\\s*");

    private static final Map<Permission, List<String>> BUCKET_ACTIONS = Map.of(
            Permission.READ, List.of("s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"),
            Permission.WRITE, List.of("s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"),
            Permission.READ_ACP, List.of("s3:GetBucketAcl"),
            Permission.WRITE_ACP, List.of("s3:PutBucketAcl"));
    private static final Map<Permission, List<String>> NEW_OBJECT_ACTIONS =
            Map.of(Permission.WRITE, List.of("s3:PutObject", "s3:PutObjectAcl"));
    private static final Map<Permission, List<String>> OBJECT_ACTIONS = Map.of(
            Permission.READ, List.of("s3:GetObject", "s3:GetObjectVersion"),
            Permission.READ_ACP, List.of("s3:GetObjectAcl", "s3:GetObjectVersionAcl"),
            Permission.WRITE_ACP, List.of("s3:PutObjectAcl", "s3:PutObjectVersionAcl"));

    private AccessLists() {}

    /** Whether lists have no effect, because the bucket's owner owns every object. */
    static boolean disabled(Snapshot snapshot, Bucket bucket) {
        return Ownership.of(snapshot, bucket).enforced();
    }

    /** A bucket's list; the owner's alone while none was put. */
    static AccessControlPolicy of(Snapshot snapshot, Bucket bucket) {
        var stored = disabled(snapshot, bucket) ? null : ACL.find(snapshot, bucket);
        return stored == null ? onlyOwner(bucket.account()) : stored;
    }

    static AccessControlPolicy onlyOwner(String account) {
        return list(account, List.of(full(account)));
    }

    /** Takes the list that a request names by a canned one, by headers, or as a document. */
    static void putBucket(Txn txn, Bucket bucket, SdkRequest request) {
        var list = required(request, bucket.account(), bucket.account());
        check(txn, bucket, list, "s3:PutBucketAcl", bucket.arn(), saysNothing(request, list, bucket));
        ACL.put(txn, bucket, list);
    }

    /**
     * The list that an object is to have from now on, for {@code PutObjectAcl}.
     *
     * @param owner the account that owns the object
     */
    static AccessControlPolicy ofPut(Snapshot snapshot, Bucket bucket, String key, String owner, SdkRequest request) {
        var list = required(request, owner, bucket.account());
        check(snapshot, bucket, list, "s3:PutObjectAcl", bucket.arn() + "/" + key, saysNothing(request, list, bucket));
        return list;
    }

    /**
     * The list that a new object begins with.
     *
     * @return null when the request names none: then the object is its owner's alone
     */
    static @Nullable AccessControlPolicy ofWrite(
            Snapshot snapshot, Bucket bucket, String key, String owner, SdkRequest request) {
        var list = named(request, owner, bucket.account());
        if (list != null) {
            check(snapshot, bucket, list, "s3:PutObject", bucket.arn() + "/" + key, saysNothing(request, list, bucket));
        }
        return list;
    }

    /** Gives a bucket the list that the request to create it names. */
    static void begin(Txn txn, Bucket bucket, Ownership ownership, SdkRequest request) {
        var list = named(request, bucket.account(), bucket.account());
        if (list == null || isOwners(request, list, bucket)) {
            ACL.delete(txn, bucket);
            return;
        }
        if (ownership.enforced()) {
            throw S3Errors.of(
                    "InvalidBucketAclWithObjectOwnership",
                    400,
                    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting");
        }
        if (PublicAccess.of(txn, bucket).blockPublicAcls()) {
            refusePublic(list, "s3:CreateBucket", bucket.arn());
        }
        ACL.put(txn, bucket, list);
    }

    /** Whether a list may stand even where lists are disabled: it grants the bucket's owner everything, and says so. */
    private static boolean saysNothing(SdkRequest request, AccessControlPolicy list, Bucket bucket) {
        var canned = text(request, "ACL");
        return canned == null
                ? list.grants().equals(List.of(full(bucket.account())))
                : canned.equals("bucket-owner-full-control");
    }

    private static boolean isOwners(SdkRequest request, AccessControlPolicy list, Bucket bucket) {
        return "bucket-owner-full-control".equals(text(request, "ACL"))
                || list.grants().equals(List.of(full(bucket.account())));
    }

    private static void check(
            Snapshot snapshot,
            Bucket bucket,
            AccessControlPolicy list,
            String action,
            String arn,
            boolean saysNothing) {
        if (disabled(snapshot, bucket)) {
            if (!saysNothing) {
                throw S3Errors.of("AccessControlListNotSupported", 400, "The bucket does not allow ACLs");
            }
        } else if (PublicAccess.of(snapshot, bucket).blockPublicAcls()) {
            refusePublic(list, action, arn);
        }
    }

    private static void refusePublic(AccessControlPolicy list, String action, String arn) {
        if (isPublic(list)) {
            throw S3Errors.of(
                    "AccessDenied",
                    403,
                    "User: " + Call.current().principal().arn() + " is not authorized to perform: " + action
                            + " on resource: \"" + arn
                            + "\" because public access control lists (ACLs) are blocked by the BlockPublicAcls block public access setting.");
        }
    }

    static boolean isPublic(AccessControlPolicy list) {
        return list.grants().stream().anyMatch(grant -> open(grant.grantee()));
    }

    private static boolean open(@Nullable Grantee grantee) {
        return grantee != null && (ALL_USERS.equals(grantee.uri()) || AUTHENTICATED.equals(grantee.uri()));
    }

    private static AccessControlPolicy required(SdkRequest request, String owner, String bucketOwner) {
        var named = named(request, owner, bucketOwner);
        var document = request.getValueForField("AccessControlPolicy", AccessControlPolicy.class)
                .orElse(null);
        if (named != null) {
            if (document != null) {
                throw S3Errors.of("UnexpectedContent", 400, "This request does not support content");
            }
            return named;
        }
        if (document == null) {
            throw S3Errors.of(
                    "MissingSecurityHeader",
                    400,
                    "Your request was missing a required header",
                    "MissingHeaderName",
                    "x-amz-acl");
        }
        return checked(document, owner);
    }

    private static AccessControlPolicy checked(AccessControlPolicy document, String owner) {
        if (document.owner() == null || document.owner().id() == null) {
            throw malformedList();
        }
        if (!document.owner().id().equals(Owners.id(owner))) {
            throw S3Errors.accessDenied();
        }
        if (document.grants().size() > GRANTS_MAX) {
            throw malformedList();
        }
        for (var grant : document.grants()) {
            var grantee = grant.grantee();
            if (grantee == null
                    || grant.permission() == null
                    || grant.permission() == Permission.UNKNOWN_TO_SDK_VERSION) {
                throw malformedList();
            }
            switch (grantee.type()) {
                case CANONICAL_USER -> canonical(grantee.id(), "CanonicalUser/ID");
                case GROUP -> group(grantee.uri(), "Group/URI");
                case AMAZON_CUSTOMER_BY_EMAIL -> throw byEmail(grantee.emailAddress());
                case null, default -> throw malformedList();
            }
        }
        return list(owner, document.grants());
    }

    private static RuntimeException malformedList() {
        return S3Errors.of(
                "MalformedACLError",
                400,
                "The XML you provided was not well-formed or did not validate against our published schema");
    }

    /** The platform knows no e-mail addresses of accounts. */
    private static RuntimeException byEmail(@Nullable String address) {
        return S3Errors.of(
                "UnresolvableGrantByEmailAddress",
                400,
                "The e-mail address you provided does not match any account on record.",
                "Email",
                String.valueOf(address));
    }

    private static String canonical(@Nullable String id, String argument) {
        if (id == null || !CANONICAL.matcher(id).matches()) {
            throw S3Errors.invalidArgument("Invalid id", argument, String.valueOf(id));
        }
        return id;
    }

    private static String group(@Nullable String uri, String argument) {
        if (uri == null || !GROUPS.contains(uri)) {
            throw S3Errors.invalidArgument("Invalid group uri", argument, String.valueOf(uri));
        }
        return uri;
    }

    /** Whether a request names a list, by a canned one or by headers. */
    static boolean named(SdkRequest request) {
        return text(request, "ACL") != null || GRANTS.stream().anyMatch(field -> text(request, field) != null);
    }

    /** By a canned list or by headers; null when there is neither. */
    private static @Nullable AccessControlPolicy named(SdkRequest request, String owner, String bucketOwner) {
        var canned = text(request, "ACL");
        var grants = new ArrayList<Grant>();
        for (var field : GRANTS) {
            var header = text(request, field);
            if (header != null) {
                if (canned != null) {
                    throw S3Errors.invalidRequest("Specifying both Canned ACLs and Header Grants is not allowed");
                }
                grants.addAll(grants(field, header));
            }
        }
        if (canned != null) {
            return list(owner, canned(canned, owner, bucketOwner));
        }
        return grants.isEmpty() ? null : list(owner, grants);
    }

    private static List<Grant> canned(String name, String owner, String bucketOwner) {
        var own = full(owner);
        return switch (name) {
            case "private" -> List.of(own);
            case "public-read" -> List.of(own, group(ALL_USERS, Permission.READ));
            case "public-read-write" ->
                List.of(own, group(ALL_USERS, Permission.READ), group(ALL_USERS, Permission.WRITE));
            case "authenticated-read" -> List.of(own, group(AUTHENTICATED, Permission.READ));
            case "log-delivery-write" ->
                List.of(own, group(LOG_DELIVERY, Permission.WRITE), group(LOG_DELIVERY, Permission.READ_ACP));
            case "aws-exec-read" -> List.of(own);
            case "bucket-owner-read" ->
                owner.equals(bucketOwner) ? List.of(own) : List.of(own, user(bucketOwner, Permission.READ));
            case "bucket-owner-full-control" ->
                owner.equals(bucketOwner) ? List.of(own) : List.of(own, full(bucketOwner));
            default -> throw S3Errors.invalidArgument("", "x-amz-acl", name);
        };
    }

    private static List<Grant> grants(String field, String header) {
        var name = switch (field) {
            case "GrantFullControl" -> "full-control";
            case "GrantRead" -> "read";
            case "GrantReadACP" -> "read-acp";
            case "GrantWrite" -> "write";
            default -> "write-acp";
        };
        var permission = Permission.fromValue(name.replace('-', '_').toUpperCase(java.util.Locale.ROOT));
        var argument = "x-amz-grant-" + name;
        var grants = new ArrayList<Grant>();
        for (var part : header.split(",")) {
            var match = HEADER_GRANT.matcher(part);
            if (!match.matches()) {
                throw S3Errors.invalidArgument("Argument format not recognized", argument, header);
            }
            var value = match.group(2);
            grants.add(
                    switch (match.group(1)) {
                        case "id" -> grant(Type.CANONICAL_USER, canonical(value, "id"), permission);
                        case "uri" -> grant(Type.GROUP, group(value, "uri"), permission);
                        default -> throw byEmail(value);
                    });
            if (grants.size() > GRANTS_MAX) {
                throw S3Errors.invalidArgument("Argument format not recognized", argument, header);
            }
        }
        return grants;
    }

    private static @Nullable String text(SdkRequest request, String field) {
        return request.getValueForField(field, String.class).orElse(null);
    }

    private static AccessControlPolicy list(String owner, List<Grant> grants) {
        return AccessControlPolicy.builder()
                .owner(Owners.of(owner))
                .grants(grants)
                .build();
    }

    private static Grant full(String account) {
        return user(account, Permission.FULL_CONTROL);
    }

    private static Grant user(String account, Permission permission) {
        return grant(Type.CANONICAL_USER, Owners.id(account), permission);
    }

    private static Grant group(String uri, Permission permission) {
        return grant(Type.GROUP, uri, permission);
    }

    private static Grant grant(Type type, String value, Permission permission) {
        var grantee = Grantee.builder().type(type);
        return Grant.builder()
                .grantee((type == Type.GROUP ? grantee.uri(value) : grantee.id(value)).build())
                .permission(permission)
                .build();
    }

    /**
     * What a bucket's list lets the caller do, as a policy would say it.
     *
     * @param ofNew whether it is about what an object that is being written begins with
     */
    static List<Map<String, Object>> bucketStatements(
            AccessControlPolicy list, Bucket bucket, boolean ignorePublic, boolean ofNew, Call call) {
        return statements(
                list,
                ofNew ? NEW_OBJECT_ACTIONS : BUCKET_ACTIONS,
                List.of(bucket.arn(), bucket.arn() + "/*"),
                ignorePublic,
                call);
    }

    /** What an object's list lets the caller do. */
    static List<Map<String, Object>> objectStatements(
            AccessControlPolicy list, Bucket bucket, String key, boolean ignorePublic, Call call) {
        // the key's own stars and question marks mean themselves
        var arn = bucket.arn() + "/"
                + key.replace("$", "${$}").replace("*", "${*}").replace("?", "${?}");
        return statements(list, OBJECT_ACTIONS, List.of(arn), ignorePublic, call);
    }

    private static List<Map<String, Object>> statements(
            AccessControlPolicy list,
            Map<Permission, List<String>> actions,
            List<String> resources,
            boolean ignorePublic,
            Call call) {
        var statements = new ArrayList<Map<String, Object>>();
        for (var grant : list.grants()) {
            if (!means(grant.grantee(), ignorePublic, call)) {
                continue;
            }
            var allowed = grant.permission() == Permission.FULL_CONTROL
                    ? actions.values().stream().flatMap(List::stream).sorted().toList()
                    : actions.getOrDefault(grant.permission(), List.of());
            if (!allowed.isEmpty()) {
                var statement = new LinkedHashMap<String, Object>();
                statement.put("Sid", "Acl" + grant.permissionAsString().replace("_", ""));
                statement.put("Effect", "Allow");
                statement.put("Principal", principal(call));
                statement.put("Action", allowed);
                statement.put("Resource", resources);
                statements.add(statement);
            }
        }
        return statements;
    }

    private static boolean means(@Nullable Grantee grantee, boolean ignorePublic, Call call) {
        if (grantee == null || ignorePublic && open(grantee)) {
            return false;
        }
        var account = call.principal().account();
        if (grantee.uri() != null) {
            return switch (grantee.uri()) {
                case ALL_USERS -> true;
                case AUTHENTICATED -> !account.isEmpty();
                case LOG_DELIVERY ->
                    call.principal() instanceof Principal.Service service
                            && service.name().equals("logging.s3.amazonaws.com");
                default -> false;
            };
        }
        return !account.isEmpty() && Owners.id(account).equals(grantee.id());
    }

    /** A list lets in an account, whose own policies still decide; nobody has none. */
    private static Object principal(Call call) {
        return call.principal().account().isEmpty()
                ? "*"
                : Map.of("AWS", "arn:aws:iam::" + call.principal().account() + ":root");
    }
}
