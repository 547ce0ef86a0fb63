package dev.tsumuji.iam;

import dev.tsumuji.iam.IamKeys.Reference;
import java.util.LinkedHashMap;
import software.amazon.awssdk.services.iam.model.*;

/** What concerns an account as a whole: its alias, its password policy, its figures. Stateless. */
final class AccountSettings {
    private final Directory directory;

    AccountSettings(Directory directory) {
        this.directory = directory;
    }

    CreateAccountAliasResponse createAlias(CreateAccountAliasRequest request) {
        var account = Directory.account();
        var alias = request.accountAlias();
        directory.write(txn -> {
            var owner = IamKeys.ALIAS_OWNERS.get(txn, alias);
            if (owner.isPresent() && !owner.get().to().equals(account)) {
                throw IamErrors.exists("The account alias " + alias + " already exists.");
            }
            IamKeys.ALIASES.get(txn, account).ifPresent(old -> IamKeys.ALIAS_OWNERS.delete(txn, old.to()));
            IamKeys.ALIASES.put(txn, new Reference(alias), account);
            IamKeys.ALIAS_OWNERS.put(txn, new Reference(account), alias);
            return null;
        });
        return CreateAccountAliasResponse.builder().build();
    }

    DeleteAccountAliasResponse deleteAlias(DeleteAccountAliasRequest request) {
        var account = Directory.account();
        var alias = request.accountAlias();
        directory.write(txn -> {
            if (IamKeys.ALIASES
                    .get(txn, account)
                    .filter(own -> own.to().equals(alias))
                    .isEmpty()) {
                throw IamErrors.noSuch("account alias", alias);
            }
            IamKeys.ALIASES.delete(txn, account);
            IamKeys.ALIAS_OWNERS.delete(txn, alias);
            return null;
        });
        return DeleteAccountAliasResponse.builder().build();
    }

    ListAccountAliasesResponse aliases() {
        var account = Directory.account();
        return ListAccountAliasesResponse.builder()
                .accountAliases(directory.read(snapshot -> IamKeys.ALIASES.get(snapshot, account)).stream()
                        .map(Reference::to)
                        .toList())
                .isTruncated(false)
                .build();
    }

    UpdateAccountPasswordPolicyResponse updatePasswordPolicy(UpdateAccountPasswordPolicyRequest request) {
        var account = Directory.account();
        var age = request.maxPasswordAge();
        var policy = PasswordPolicy.builder()
                .minimumPasswordLength(request.minimumPasswordLength() == null ? 6 : request.minimumPasswordLength())
                .requireSymbols(Boolean.TRUE.equals(request.requireSymbols()))
                .requireNumbers(Boolean.TRUE.equals(request.requireNumbers()))
                .requireUppercaseCharacters(Boolean.TRUE.equals(request.requireUppercaseCharacters()))
                .requireLowercaseCharacters(Boolean.TRUE.equals(request.requireLowercaseCharacters()))
                .allowUsersToChangePassword(Boolean.TRUE.equals(request.allowUsersToChangePassword()))
                .expirePasswords(age != null && age > 0)
                .maxPasswordAge(age)
                .passwordReusePrevention(request.passwordReusePrevention())
                .hardExpiry(request.hardExpiry())
                .build();
        directory.write(txn -> {
            IamKeys.PASSWORD_POLICIES.put(txn, policy, account);
            return null;
        });
        return UpdateAccountPasswordPolicyResponse.builder().build();
    }

    GetAccountPasswordPolicyResponse passwordPolicy() {
        var account = Directory.account();
        var policy = directory
                .read(snapshot -> IamKeys.PASSWORD_POLICIES.get(snapshot, account))
                .orElseThrow(() -> IamErrors.noSuch("Password Policy with domain", account));
        return GetAccountPasswordPolicyResponse.builder().passwordPolicy(policy).build();
    }

    DeleteAccountPasswordPolicyResponse deletePasswordPolicy() {
        var account = Directory.account();
        directory.write(txn -> {
            if (IamKeys.PASSWORD_POLICIES.get(txn, account).isEmpty()) {
                throw IamErrors.noSuch("The account policy with name PasswordPolicy cannot be found.");
            }
            IamKeys.PASSWORD_POLICIES.delete(txn, account);
            return null;
        });
        return DeleteAccountPasswordPolicyResponse.builder().build();
    }

    GetAccountSummaryResponse summary() {
        var account = Directory.account();
        var figures = new LinkedHashMap<String, Integer>();
        directory.read(snapshot -> {
            var policies = IamKeys.POLICIES.all(snapshot, account);
            figures.put("Users", IamKeys.USERS.all(snapshot, account).size());
            figures.put("Groups", IamKeys.GROUPS.all(snapshot, account).size());
            figures.put("Roles", IamKeys.ROLES.all(snapshot, account).size());
            figures.put("Policies", policies.size());
            figures.put(
                    "InstanceProfiles", IamKeys.PROFILES.all(snapshot, account).size());
            figures.put("PolicyVersionsInUse", (int) policies.stream()
                    .filter(policy ->
                            !IamKeys.ATTACHMENTS.isEmpty(snapshot, account, ManagedPolicies.arn(account, policy)))
                    .count());
            figures.put("AccountAccessKeysPresent", 1);
            return null;
        });
        figures.put("UsersQuota", 5000);
        figures.put("GroupsQuota", 300);
        figures.put("RolesQuota", 1000);
        figures.put("PoliciesQuota", 1500);
        figures.put("InstanceProfilesQuota", 1000);
        figures.put("PolicyVersionsInUseQuota", 10000);
        figures.put("PolicySizeQuota", ManagedPolicies.SIZE_MAX_CHARS);
        figures.put("VersionsPerPolicyQuota", ManagedPolicies.VERSIONS_MAX);
        figures.put("UserPolicySizeQuota", Kind.USER.inlineMaxChars());
        figures.put("GroupPolicySizeQuota", Kind.GROUP.inlineMaxChars());
        figures.put("RolePolicySizeQuota", Kind.ROLE.inlineMaxChars());
        figures.put("AssumeRolePolicySizeQuota", Roles.TRUST_MAX_CHARS);
        figures.put("AccessKeysPerUserQuota", AccessKeys.PER_USER_MAX);
        figures.put("GroupsPerUserQuota", Groups.PER_USER_MAX);
        figures.put("AttachedPoliciesPerUserQuota", AttachedPolicies.MAX);
        figures.put("AttachedPoliciesPerGroupQuota", AttachedPolicies.MAX);
        figures.put("AttachedPoliciesPerRoleQuota", AttachedPolicies.MAX);
        figures.put("SigningCertificatesPerUserQuota", 2);
        figures.put("ServerCertificatesQuota", 20);
        figures.put("ServerCertificates", 0);
        figures.put("MFADevices", 0);
        figures.put("MFADevicesInUse", 0);
        figures.put("AccountMFAEnabled", 0);
        figures.put("AccountPasswordPresent", 0);
        figures.put("AccountSigningCertificatesPresent", 0);
        figures.put("Providers", 0);
        figures.put("GlobalEndpointTokenVersion", 2);
        return GetAccountSummaryResponse.builder()
                .summaryMapWithStrings(figures)
                .build();
    }
}
