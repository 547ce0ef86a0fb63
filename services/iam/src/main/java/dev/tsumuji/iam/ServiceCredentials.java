package dev.tsumuji.iam;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.tsumuji.iam.IamKeys.ServiceCredential;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.*;

/**
 * User names and passwords that are good for one service only: CodeCommit or Keyspaces, neither of which this platform
 * runs, so that they are made, listed, reset and deleted, and open nothing. A password is shown once and kept as a hash.
 * Stateless.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_service-specific-creds.html">Service-specific credentials</a>
 */
final class ServiceCredentials {
    static final int PER_SERVICE_MAX = 2;
    private static final Set<String> SERVICES = Set.of("codecommit.amazonaws.com", "cassandra.amazonaws.com");
    private static final int PASSWORD_BYTES = 32;

    private final Directory directory;

    ServiceCredentials(Directory directory) {
        this.directory = directory;
    }

    CreateServiceSpecificCredentialResponse create(CreateServiceSpecificCredentialRequest request) {
        var account = Directory.account();
        var service = request.serviceName();
        var password = password();
        var made = directory.write(txn -> {
            var user = Directory.user(txn, account, request.userName());
            requireSupported(service);
            var low = IamKeys.low(user.name());
            var others = IamKeys.SERVICE_CREDENTIALS.all(txn, account, low).stream()
                    .filter(other -> other.service().equals(service))
                    .toList();
            if (others.size() >= PER_SERVICE_MAX) {
                throw IamErrors.limit("Cannot exceed quota for ServiceSpecificCredentialsPerUser: " + PER_SERVICE_MAX);
            }
            var plain = user.name() + "-at-" + account;
            boolean taken = others.stream().anyMatch(other -> other.name().equals(plain));
            var name = taken ? user.name() + "+1-at-" + account : plain;
            var credential =
                    new ServiceCredential(directory.id("ACCA"), service, name, hash(password), true, directory.now());
            IamKeys.SERVICE_CREDENTIALS.put(txn, credential, account, low, credential.id());
            return credential;
        });
        return CreateServiceSpecificCredentialResponse.builder()
                .serviceSpecificCredential(shown(request.userName(), made, password))
                .build();
    }

    private static void requireSupported(@Nullable String service) {
        if (service != null && !SERVICES.contains(service)) {
            throw IamErrors.noSuch("No such service " + service + " is supported for Service Specific Credentials");
        }
    }

    ListServiceSpecificCredentialsResponse list(ListServiceSpecificCredentialsRequest request) {
        var account = Directory.account();
        var name = Users.nameOrCaller(request.userName());
        return directory.read(snapshot -> {
            var user = Directory.user(snapshot, account, name);
            requireSupported(request.serviceName());
            return ListServiceSpecificCredentialsResponse.builder()
                    .serviceSpecificCredentials(
                            IamKeys.SERVICE_CREDENTIALS.all(snapshot, account, IamKeys.low(name)).stream()
                                    .filter(credential -> request.serviceName() == null
                                            || credential.service().equals(request.serviceName()))
                                    .map(credential -> brief(user.name(), credential))
                                    .toList())
                    .build();
        });
    }

    UpdateServiceSpecificCredentialResponse update(UpdateServiceSpecificCredentialRequest request) {
        boolean active = request.status() == StatusType.ACTIVE;
        change(request.userName(), request.serviceSpecificCredentialId(), old -> with(old, old.hash(), active));
        return UpdateServiceSpecificCredentialResponse.builder().build();
    }

    ResetServiceSpecificCredentialResponse reset(ResetServiceSpecificCredentialRequest request) {
        var password = password();
        var name = Users.nameOrCaller(request.userName());
        var changed =
                change(name, request.serviceSpecificCredentialId(), old -> with(old, hash(password), old.active()));
        return ResetServiceSpecificCredentialResponse.builder()
                .serviceSpecificCredential(shown(name, changed, password))
                .build();
    }

    DeleteServiceSpecificCredentialResponse delete(DeleteServiceSpecificCredentialRequest request) {
        var account = Directory.account();
        var name = Users.nameOrCaller(request.userName());
        directory.write(txn -> {
            require(txn, account, name, request.serviceSpecificCredentialId());
            IamKeys.SERVICE_CREDENTIALS.delete(txn, account, IamKeys.low(name), request.serviceSpecificCredentialId());
            return null;
        });
        return DeleteServiceSpecificCredentialResponse.builder().build();
    }

    private ServiceCredential change(@Nullable String given, String id, UnaryOperator<ServiceCredential> change) {
        var account = Directory.account();
        var name = Users.nameOrCaller(given);
        return directory.write(txn -> {
            var changed = change.apply(require(txn, account, name, id));
            IamKeys.SERVICE_CREDENTIALS.put(txn, changed, account, IamKeys.low(name), id);
            return changed;
        });
    }

    private static ServiceCredential require(Snapshot snapshot, String account, String user, String id) {
        Directory.user(snapshot, account, user);
        return IamKeys.SERVICE_CREDENTIALS
                .get(snapshot, account, IamKeys.low(user), id)
                .orElseThrow(() -> IamErrors.noSuch("No such credential " + id + " exists"));
    }

    /** Moves those of a user who gets another name; they keep the names that they were made with. */
    static void rename(Txn txn, String account, String from, String to) {
        for (var credential : IamKeys.SERVICE_CREDENTIALS.all(txn, account, from)) {
            IamKeys.SERVICE_CREDENTIALS.put(txn, credential, account, to, credential.id());
        }
        IamKeys.SERVICE_CREDENTIALS.deleteAll(txn, account, from);
    }

    private String password() {
        return Base64.getEncoder().encodeToString(directory.ids().bytes(PASSWORD_BYTES));
    }

    /** Passwords are random and long, so that one round is as good as many. */
    private static byte[] hash(String password) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(password.getBytes(US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static ServiceCredential with(ServiceCredential old, byte[] hash, boolean active) {
        return new ServiceCredential(old.id(), old.service(), old.name(), hash, active, old.created());
    }

    private static StatusType status(ServiceCredential credential) {
        return credential.active() ? StatusType.ACTIVE : StatusType.INACTIVE;
    }

    private static ServiceSpecificCredential shown(String user, ServiceCredential credential, String password) {
        return ServiceSpecificCredential.builder()
                .createDate(credential.created())
                .serviceName(credential.service())
                .serviceUserName(credential.name())
                .servicePassword(password)
                .serviceSpecificCredentialId(credential.id())
                .userName(user)
                .status(status(credential))
                .build();
    }

    private static ServiceSpecificCredentialMetadata brief(String user, ServiceCredential credential) {
        return ServiceSpecificCredentialMetadata.builder()
                .createDate(credential.created())
                .serviceName(credential.service())
                .serviceUserName(credential.name())
                .serviceSpecificCredentialId(credential.id())
                .userName(user)
                .status(status(credential))
                .build();
    }
}
