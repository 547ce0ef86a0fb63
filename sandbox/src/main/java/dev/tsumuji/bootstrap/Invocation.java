package dev.tsumuji.bootstrap;

import com.amazonaws.services.lambda.runtime.Client;
import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One invocation as the platform sent it, and the context that the handler is given. */
final class Invocation implements Context {

    final int number;
    final byte[] event;
    final String traceId;
    private final long deadline;
    private final String requestId;
    private final String functionArn;
    private final String clientContext;
    private final String identity;

    Invocation(byte[] frame) {
        var in = ByteBuffer.wrap(frame);
        number = in.getInt();
        deadline = in.getLong();
        requestId = text(in);
        functionArn = text(in);
        traceId = text(in);
        clientContext = text(in);
        identity = text(in);
        event = new byte[in.remaining()];
        in.get(event);
    }

    private static String text(ByteBuffer in) {
        var bytes = new byte[in.getShort() & 0xffff];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String variable(String name) {
        var value = System.getenv(name);
        return value == null ? "" : value;
    }

    @Override
    public String getAwsRequestId() {
        return requestId;
    }

    @Override
    public String getLogGroupName() {
        return variable("AWS_LAMBDA_LOG_GROUP_NAME");
    }

    @Override
    public String getLogStreamName() {
        return variable("AWS_LAMBDA_LOG_STREAM_NAME");
    }

    @Override
    public String getFunctionName() {
        return variable("AWS_LAMBDA_FUNCTION_NAME");
    }

    @Override
    public String getFunctionVersion() {
        return variable("AWS_LAMBDA_FUNCTION_VERSION");
    }

    @Override
    public String getInvokedFunctionArn() {
        return functionArn;
    }

    @Override
    public String getXrayTraceId() {
        return traceId;
    }

    @Override
    public int getRemainingTimeInMillis() {
        return (int) Math.clamp(deadline - System.currentTimeMillis(), 0, Integer.MAX_VALUE);
    }

    @Override
    public int getMemoryLimitInMB() {
        var memory = variable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE");
        return memory.isEmpty() ? 128 : Integer.parseInt(memory);
    }

    @Override
    public LambdaLogger getLogger() {
        return Log.LOGGER;
    }

    @Override
    public CognitoIdentity getIdentity() {
        var members = members(identity.isEmpty() ? null : Json.parse(identity));
        return new CognitoIdentity() {
            @Override
            public String getIdentityId() {
                return members.getOrDefault("cognitoIdentityId", "");
            }

            @Override
            public String getIdentityPoolId() {
                return members.getOrDefault("cognitoIdentityPoolId", "");
            }
        };
    }

    @Override
    @SuppressWarnings("NullAway") // the interface is AWS's: null when there is none
    public ClientContext getClientContext() {
        return clientContext.isEmpty() || !(Json.parse(clientContext) instanceof Map<?, ?> whole)
                ? null
                : new Caller(whole);
    }

    private static Map<String, String> members(@Nullable Object json) {
        var members = new HashMap<String, String>();
        if (json instanceof Map<?, ?> map) {
            for (var entry : map.entrySet()) {
                if (entry.getValue() != null) {
                    members.put(String.valueOf(entry.getKey()), String.valueOf(entry.getValue()));
                }
            }
        }
        return members;
    }

    private record Caller(Map<?, ?> whole) implements ClientContext {
        @Override
        public Client getClient() {
            return new App(members(whole.get("client")));
        }

        @Override
        public Map<String, String> getCustom() {
            return members(whole.get("custom"));
        }

        @Override
        public Map<String, String> getEnvironment() {
            return members(whole.get("env"));
        }
    }

    private record App(Map<String, String> members) implements Client {
        @Override
        public String getInstallationId() {
            return members.getOrDefault("installation_id", "");
        }

        @Override
        public String getAppTitle() {
            return members.getOrDefault("app_title", "");
        }

        @Override
        public String getAppVersionName() {
            return members.getOrDefault("app_version_name", "");
        }

        @Override
        public String getAppVersionCode() {
            return members.getOrDefault("app_version_code", "");
        }

        @Override
        public String getAppPackageName() {
            return members.getOrDefault("app_package_name", "");
        }
    }
}
