package dev.tsumuji.iam;

import dev.tsumuji.iam.IamKeys.Login;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.cloud.Failures;
import dev.tsumuji.kernel.kv.Snapshot;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import software.amazon.awssdk.services.iam.model.*;

/** Passwords of users, kept as salted PBKDF2 hashes, and the rules for them. Stateless. */
final class LoginProfiles {
    private static final int ROUNDS = 120_000;
    private static final int LENGTH_MIN_CHARS = 8;

    private final Directory directory;

    LoginProfiles(Directory directory) {
        this.directory = directory;
    }

    CreateLoginProfileResponse create(CreateLoginProfileRequest request) {
        var account = Directory.account();
        var name = Users.nameOrCaller(request.userName());
        boolean reset = Boolean.TRUE.equals(request.passwordResetRequired());
        var login = login(account, request.password() == null ? "" : request.password(), reset);
        directory.write(txn -> {
            Directory.user(txn, account, name);
            if (IamKeys.LOGINS.get(txn, account, IamKeys.low(name)).isPresent()) {
                throw IamErrors.exists("Login Profile for user " + name + " already exists.");
            }
            IamKeys.LOGINS.put(txn, login, account, IamKeys.low(name));
            return null;
        });
        return CreateLoginProfileResponse.builder()
                .loginProfile(shown(name, login))
                .build();
    }

    GetLoginProfileResponse get(GetLoginProfileRequest request) {
        var account = Directory.account();
        var name = Users.nameOrCaller(request.userName());
        var login = directory.read(snapshot -> require(snapshot, account, name));
        return GetLoginProfileResponse.builder()
                .loginProfile(shown(name, login))
                .build();
    }

    UpdateLoginProfileResponse update(UpdateLoginProfileRequest request) {
        var account = Directory.account();
        var name = request.userName();
        var old = directory.read(snapshot -> require(snapshot, account, name));
        boolean reset = request.passwordResetRequired() == null ? old.resetRequired() : request.passwordResetRequired();
        var changed = request.password() == null
                ? new Login(old.salt(), old.hash(), old.created(), reset)
                : login(account, request.password(), reset);
        directory.write(txn -> {
            require(txn, account, name);
            IamKeys.LOGINS.put(txn, changed, account, IamKeys.low(name));
            return null;
        });
        return UpdateLoginProfileResponse.builder().build();
    }

    DeleteLoginProfileResponse delete(DeleteLoginProfileRequest request) {
        var account = Directory.account();
        var name = Users.nameOrCaller(request.userName());
        directory.write(txn -> {
            require(txn, account, name);
            IamKeys.LOGINS.delete(txn, account, IamKeys.low(name));
            return null;
        });
        return DeleteLoginProfileResponse.builder().build();
    }

    ChangePasswordResponse change(ChangePasswordRequest request) {
        if (!(Call.current().principal() instanceof Principal.User user)) {
            throw Failures.of("InvalidUserType", 400, "Only users can change their own password.");
        }
        var account = user.account();
        var old = directory.read(snapshot -> require(snapshot, account, user.name()));
        if (!MessageDigest.isEqual(hash(request.oldPassword(), old.salt()), old.hash())) {
            throw Failures.of("AccessDenied", 403, "The old password was incorrect.");
        }
        var login = login(account, request.newPassword(), false);
        directory.write(txn -> {
            require(txn, account, user.name());
            IamKeys.LOGINS.put(txn, login, account, IamKeys.low(user.name()));
            return null;
        });
        return ChangePasswordResponse.builder().build();
    }

    private static Login require(Snapshot snapshot, String account, String name) {
        Directory.user(snapshot, account, name);
        return IamKeys.LOGINS
                .get(snapshot, account, IamKeys.low(name))
                .orElseThrow(() -> IamErrors.noSuch("Login Profile for User " + name + " cannot be found."));
    }

    private Login login(String account, String password, boolean reset) {
        var policy = directory.read(snapshot -> IamKeys.PASSWORD_POLICIES.get(snapshot, account));
        boolean strong = policy.map(rules -> conforms(password, rules))
                .orElseGet(() -> password.length() >= LENGTH_MIN_CHARS && kinds(password) >= 3);
        if (!strong) {
            throw IamErrors.weakPassword();
        }
        var salt = directory.ids().bytes(16);
        return new Login(salt, hash(password, salt), directory.now(), reset);
    }

    private static boolean conforms(String password, PasswordPolicy rules) {
        return password.length() >= rules.minimumPasswordLength()
                && (!Boolean.TRUE.equals(rules.requireLowercaseCharacters())
                        || password.chars().anyMatch(Character::isLowerCase))
                && (!Boolean.TRUE.equals(rules.requireUppercaseCharacters())
                        || password.chars().anyMatch(Character::isUpperCase))
                && (!Boolean.TRUE.equals(rules.requireNumbers())
                        || password.chars().anyMatch(Character::isDigit))
                && (!Boolean.TRUE.equals(rules.requireSymbols())
                        || password.chars().anyMatch(c -> !Character.isLetterOrDigit(c)));
    }

    /** Small letters, capitals, digits, others: how many kinds of them there are. */
    private static int kinds(String password) {
        int kinds = 0;
        kinds += password.chars().anyMatch(Character::isLowerCase) ? 1 : 0;
        kinds += password.chars().anyMatch(Character::isUpperCase) ? 1 : 0;
        kinds += password.chars().anyMatch(Character::isDigit) ? 1 : 0;
        kinds += password.chars().anyMatch(c -> !Character.isLetterOrDigit(c)) ? 1 : 0;
        return kinds;
    }

    private static byte[] hash(String password, byte[] salt) {
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(new PBEKeySpec(password.toCharArray(), salt, ROUNDS, 256))
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has PBKDF2", e);
        }
    }

    private static LoginProfile shown(String name, Login login) {
        return LoginProfile.builder()
                .userName(name)
                .createDate(login.created())
                .passwordResetRequired(login.resetRequired())
                .build();
    }
}
