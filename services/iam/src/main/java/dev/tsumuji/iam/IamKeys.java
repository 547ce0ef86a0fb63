package dev.tsumuji.iam;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.PasswordPolicy;
import software.amazon.awssdk.services.iam.model.Tag;

/**
 * The layout of what is stored, and the records in it. Users, groups, roles, policies and instance profiles lie under their
 * account and their name in small letters, because names that differ in case only can't stand side by side; every list
 * therefore comes in the order of names.
 */
final class IamKeys {
    /** Account number. */
    static final Table<Account> ACCOUNTS = new Table<>("account", Account.class);

    /** Account name. */
    static final Table<Reference> ACCOUNT_NAMES = new Table<>("account-name", Reference.class);

    /** Access key id, of all accounts, root keys too. */
    static final Table<AccessKey> KEYS = new Table<>("key", AccessKey.class);

    /** Account, user, access key id. */
    static final Table<Reference> USER_KEYS = new Table<>("user-key", Reference.class);

    /** Access key id. */
    static final Table<LastUse> LAST_USES = new Table<>("last-use", LastUse.class);

    /** Account, name. */
    static final Table<User> USERS = new Table<>("user", User.class);

    /** Account, name. */
    static final Table<Group> GROUPS = new Table<>("group", Group.class);

    /** Account, name. */
    static final Table<Role> ROLES = new Table<>("role", Role.class);

    /** Account, group, user. */
    static final Table<Reference> MEMBERS = new Table<>("member", Reference.class);

    /** Account, user, group. */
    static final Table<Reference> MEMBERSHIPS = new Table<>("membership", Reference.class);

    /** Account, kind, name, policy name. */
    static final Table<InlinePolicy> INLINE = new Table<>("inline", InlinePolicy.class);

    /** Account, kind, name, policy ARN. */
    static final Table<Reference> ATTACHED = new Table<>("attached", Reference.class);

    /** Account, policy ARN, kind, name: the same seen from the policy. */
    static final Table<Attachment> ATTACHMENTS = new Table<>("attachment", Attachment.class);

    /** Account, policy ARN, kind, name: whom a policy bounds. */
    static final Table<Attachment> BOUNDED = new Table<>("bounded", Attachment.class);

    /** Account, name. */
    static final Table<ManagedPolicy> POLICIES = new Table<>("policy", ManagedPolicy.class);

    /** Account, policy name, version number. */
    static final Table<Version> VERSIONS = new Table<>("version", Version.class);

    /** Account, name. */
    static final Table<InstanceProfile> PROFILES = new Table<>("profile", InstanceProfile.class);

    /** Account, role, instance profile. */
    static final Table<Reference> ROLE_PROFILES = new Table<>("role-profile", Reference.class);

    /** Account, user. */
    static final Table<Login> LOGINS = new Table<>("login", Login.class);

    /** Account, user, id. */
    static final Table<ServiceCredential> SERVICE_CREDENTIALS =
            new Table<>("service-credential", ServiceCredential.class);

    /** Account. */
    static final Table<Reference> ALIASES = new Table<>("alias", Reference.class);

    /** Alias, of all accounts. */
    static final Table<Reference> ALIAS_OWNERS = new Table<>("alias-owner", Reference.class);

    /** Account. */
    static final Table<PasswordPolicy> PASSWORD_POLICIES = new Table<>("password-policy", PasswordPolicy.class);

    /** Deletion task id. */
    static final Table<Reference> DELETIONS = new Table<>("deletion", Reference.class);

    /** The one key of the platform that seals session tokens. */
    static final Table<Seal> SEAL = new Table<>("seal", Seal.class);

    private IamKeys() {}

    /** A name as it stands in keys. */
    static String low(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** @param number twelve digits */
    record Account(String number, String name, String rootKeyId, Instant created) {}

    /** A key whose value is another key's part. */
    record Reference(String to) {}

    /** @param user name; null for the account's root */
    record AccessKey(
            String id,
            String secret,
            String account,
            @Nullable String user,
            boolean active,
            Instant created) {}

    record LastUse(Instant at, String service, String region) {}

    /** @param boundary ARN of the policy that bounds it */
    record User(
            String name,
            String path,
            String id,
            Instant created,
            @Nullable String boundary,
            List<Tag> tags) {}

    record Group(String name, String path, String id, Instant created) {}

    /** @param trust the document that says who may assume it */
    record Role(
            String name,
            String path,
            String id,
            Instant created,
            String trust,
            @Nullable String description,
            int sessionMaxSeconds,
            @Nullable String boundary,
            List<Tag> tags) {}

    record InlinePolicy(String name, String document) {}

    record Attachment(Kind kind, String name, String id) {}

    /** @param versions how many were ever made */
    record ManagedPolicy(
            String name,
            String path,
            String id,
            @Nullable String description,
            int defaultVersion,
            int versions,
            Instant created,
            Instant updated,
            List<Tag> tags) {}

    record Version(int number, String document, Instant created) {}

    /** @param role null when it holds none */
    record InstanceProfile(
            String name,
            String path,
            String id,
            Instant created,
            @Nullable String role,
            List<Tag> tags) {}

    record Login(byte[] salt, byte[] hash, Instant created, boolean resetRequired) {}

    /**
     * @param name what its owner signs in with at the service
     * @param hash SHA-256 of the password
     */
    record ServiceCredential(String id, String service, String name, byte[] hash, boolean active, Instant created) {}

    record Seal(byte[] key) {}
}
