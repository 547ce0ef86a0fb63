package dev.tsumuji.kernel.call;

import java.util.regex.Pattern;

/**
 * Who makes a call. A closed set: whoever decides something by principal switches over all of them.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html">Principal</a>
 */
public sealed interface Principal {

    /** The account that the principal belongs to; empty for a service and for a stranger. */
    String account();

    /** The ARN that {@code GetCallerIdentity} and error messages show. */
    String arn();

    /** {@code aws:userid}. */
    String userId();

    /** The account's owner; not bound by identity policies. */
    record Root(String account) implements Principal {
        @Override
        public String arn() {
            return "arn:aws:iam::" + account + ":root";
        }

        @Override
        public String userId() {
            return account;
        }
    }

    /** @param path begins and ends with a slash */
    record User(String account, String path, String name, String id) implements Principal {
        @Override
        public String arn() {
            return "arn:aws:iam::" + account + ":user" + path + name;
        }

        @Override
        public String userId() {
            return id;
        }
    }

    /** @param rolePath begins and ends with a slash */
    record AssumedRole(String account, String rolePath, String roleName, String roleId, String sessionName)
            implements Principal {
        @Override
        public String arn() {
            return "arn:aws:sts::" + account + ":assumed-role/" + roleName + "/" + sessionName;
        }

        public String roleArn() {
            return "arn:aws:iam::" + account + ":role" + rolePath + roleName;
        }

        @Override
        public String userId() {
            return roleId + ":" + sessionName;
        }
    }

    /**
     * Somebody whom a user, or the account's root, vouches for.
     *
     * @param issuer the user or root that made the session; its permissions bound those of the session
     */
    record FederatedUser(Principal issuer, String name) implements Principal {
        @Override
        public String account() {
            return issuer.account();
        }

        @Override
        public String arn() {
            return "arn:aws:sts::" + account() + ":federated-user/" + name;
        }

        @Override
        public String userId() {
            return account() + ":" + name;
        }
    }

    /**
     * The platform's own services, by the name that policies use: {@code lambda.amazonaws.com}; of the few that act in the name of a
     * region, {@code logs.eu-central-1.amazonaws.com}.
     */
    record Service(String name) implements Principal {
        private static final Pattern OF_REGION = Pattern.compile("([a-z0-9-]+)\\.[a-z]{2}(-[a-z]+)+-\\d\\.(.+)");

        /** Whether a policy that has this name means the service: a region's is meant by the name without it, too. */
        public boolean isNamed(String named) {
            return named.equals(name) || named.equals(OF_REGION.matcher(name).replaceFirst("$1.$3"));
        }

        @Override
        public String account() {
            return "";
        }

        @Override
        public String arn() {
            return name;
        }

        @Override
        public String userId() {
            return name;
        }
    }

    /** Nobody: a request without a signature, for the few operations that are public. */
    record Anonymous() implements Principal {
        @Override
        public String account() {
            return "";
        }

        @Override
        public String arn() {
            return "anonymous";
        }

        @Override
        public String userId() {
            return "anonymous";
        }
    }
}
