package dev.tsumuji.iam;

import dev.tsumuji.iam.IamKeys.AccessKey;
import dev.tsumuji.iam.IamKeys.LastUse;
import dev.tsumuji.iam.IamKeys.Reference;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Failures;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.time.Ids;
import software.amazon.awssdk.services.iam.model.*;

/** Access keys of users. Stateless. */
final class AccessKeys {
    static final int PER_USER_MAX = 2;
    private static final String SECRET_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private final Directory directory;

    AccessKeys(Directory directory) {
        this.directory = directory;
    }

    static String newId(Ids ids) {
        return "AKIA" + ids.base32(16);
    }

    static String newSecret(Ids ids) {
        return ids.from(SECRET_ALPHABET, 40);
    }

    CreateAccessKeyResponse create(CreateAccessKeyRequest request) {
        var account = Directory.account();
        var name = Users.nameOrCaller(request.userName());
        var ids = directory.ids();
        var key = directory.write(txn -> {
            var user = Directory.user(txn, account, name);
            var low = IamKeys.low(name);
            if (IamKeys.USER_KEYS.all(txn, account, low).size() >= PER_USER_MAX) {
                throw IamErrors.limit("Cannot exceed quota for AccessKeysPerUser: " + PER_USER_MAX);
            }
            var made = new AccessKey(newId(ids), newSecret(ids), account, user.name(), true, directory.now());
            IamKeys.KEYS.put(txn, made, made.id());
            IamKeys.USER_KEYS.put(txn, new Reference(made.id()), account, low, made.id());
            return made;
        });
        return CreateAccessKeyResponse.builder()
                .accessKey(software.amazon.awssdk.services.iam.model.AccessKey.builder()
                        .userName(key.user())
                        .accessKeyId(key.id())
                        .secretAccessKey(key.secret())
                        .status(StatusType.ACTIVE)
                        .createDate(key.created())
                        .build())
                .build();
    }

    ListAccessKeysResponse list(ListAccessKeysRequest request) {
        var account = Directory.account();
        var name = Users.nameOrCaller(request.userName());
        return directory.read(snapshot -> {
            Directory.user(snapshot, account, name);
            var page = IamKeys.USER_KEYS.page(
                    snapshot, request.marker(), request.maxItems(), key -> true, account, IamKeys.low(name));
            return ListAccessKeysResponse.builder()
                    .accessKeyMetadata(page.items().stream()
                            .flatMap(key -> IamKeys.KEYS.get(snapshot, key.to()).stream())
                            .map(AccessKeys::shown)
                            .toList())
                    .isTruncated(page.truncated())
                    .marker(page.marker())
                    .build();
        });
    }

    private static AccessKeyMetadata shown(AccessKey key) {
        return AccessKeyMetadata.builder()
                .userName(key.user())
                .accessKeyId(key.id())
                .status(key.active() ? StatusType.ACTIVE : StatusType.INACTIVE)
                .createDate(key.created())
                .build();
    }

    UpdateAccessKeyResponse update(UpdateAccessKeyRequest request) {
        var account = Directory.account();
        var name = Users.nameOrCaller(request.userName());
        boolean active = request.status() == StatusType.ACTIVE;
        directory.write(txn -> {
            var key = require(txn, account, name, request.accessKeyId());
            IamKeys.KEYS.put(
                    txn, new AccessKey(key.id(), key.secret(), account, key.user(), active, key.created()), key.id());
            return null;
        });
        return UpdateAccessKeyResponse.builder().build();
    }

    DeleteAccessKeyResponse delete(DeleteAccessKeyRequest request) {
        var account = Directory.account();
        var name = Users.nameOrCaller(request.userName());
        directory.write(txn -> {
            var key = require(txn, account, name, request.accessKeyId());
            IamKeys.KEYS.delete(txn, key.id());
            IamKeys.LAST_USES.delete(txn, key.id());
            IamKeys.USER_KEYS.delete(txn, account, IamKeys.low(name), key.id());
            return null;
        });
        return DeleteAccessKeyResponse.builder().build();
    }

    private static AccessKey require(Snapshot snapshot, String account, String user, String id) {
        Directory.user(snapshot, account, user);
        return IamKeys.USER_KEYS
                .get(snapshot, account, IamKeys.low(user), id)
                .flatMap(key -> IamKeys.KEYS.get(snapshot, key.to()))
                .orElseThrow(() -> IamErrors.noSuch("The Access Key with id " + id + " cannot be found."));
    }

    GetAccessKeyLastUsedResponse lastUsed(GetAccessKeyLastUsedRequest request) {
        var account = Directory.account();
        var id = request.accessKeyId();
        return directory.read(snapshot -> {
            var key = IamKeys.KEYS
                    .get(snapshot, id)
                    .filter(found -> found.account().equals(account))
                    .orElseThrow(() -> Failures.of(
                            "AccessDenied",
                            403,
                            "User: " + Call.current().principal().arn()
                                    + " is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key "
                                    + id));
            var use = IamKeys.LAST_USES.get(snapshot, id);
            return GetAccessKeyLastUsedResponse.builder()
                    .userName(key.user())
                    .accessKeyLastUsed(AccessKeyLastUsed.builder()
                            .lastUsedDate(use.map(LastUse::at).orElse(null))
                            .serviceName(use.map(LastUse::service).orElse("N/A"))
                            .region(use.map(LastUse::region).orElse("N/A"))
                            .build())
                    .build();
        });
    }
}
