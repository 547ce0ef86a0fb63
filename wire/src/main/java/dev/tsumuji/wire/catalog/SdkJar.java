package dev.tsumuji.wire.catalog;

import dev.tsumuji.wire.catalog.ServiceModel.Failure;
import dev.tsumuji.wire.catalog.ServiceModel.Operation;
import dev.tsumuji.wire.catalog.ServiceModel.Protocol;
import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.DirectMethodHandleDesc;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;

/**
 * Reads one module of the AWS SDK for Java 2 from its bytecode; no class is loaded. Three kinds of generated class hold what
 * the wire needs: {@code XxxClient} (signing name, which answers are streams), {@code transform.XxxRequestMarshaller} (verb,
 * path, target) and {@code DefaultXxxClient} (protocol, errors).
 */
final class SdkJar {
    private static final String ROOT = "software/amazon/awssdk/services/";

    private final Map<String, Draft> byPackage = new TreeMap<>();

    private SdkJar() {}

    static List<ServiceModel> read(Path path) throws IOException {
        var jar = new SdkJar();
        try (var file = new JarFile(path.toFile())) {
            for (var entry : (Iterable<java.util.jar.JarEntry>) file.stream()::iterator) {
                var name = entry.getName();
                if (name.startsWith(ROOT) && (isClient(name) || name.endsWith("RequestMarshaller.class"))) {
                    try (var in = file.getInputStream(entry)) {
                        jar.visit(name, ClassFile.of().parse(in.readAllBytes()));
                    }
                }
            }
        }
        return jar.byPackage.values().stream()
                .filter(Draft::complete)
                .map(Draft::model)
                .toList();
    }

    private static boolean isClient(String name) {
        return name.endsWith("Client.class")
                && !name.contains("$")
                && !name.contains("Async")
                && !name.contains("Delegating")
                && !name.contains("/internal/");
    }

    private void visit(String name, ClassModel type) {
        var folder = name.substring(0, name.lastIndexOf('/'));
        var simple = name.substring(folder.length() + 1, name.length() - ".class".length());
        if (simple.endsWith("RequestMarshaller")) {
            if (folder.endsWith("/transform")) {
                draft(folder.substring(0, folder.lastIndexOf('/'))).marshaller(simple, type);
            }
        } else if (simple.startsWith("Default")) {
            draft(folder).implementation(type);
        } else {
            draft(folder).client(type);
        }
    }

    private Draft draft(String folder) {
        return byPackage.computeIfAbsent(folder, f -> new Draft());
    }

    /** What was read of one service so far. */
    private static final class Draft {
        private String name = "";
        private String api = "";
        private @Nullable Protocol protocol;
        private String version = "";
        private String targetPrefix = "";
        private final Map<String, Operation> operations = new TreeMap<>();
        private final Map<String, Failure> failures = new TreeMap<>();
        private final Map<String, Boolean> streamingOutput = new HashMap<>();

        boolean complete() {
            return !name.isEmpty() && protocol != null;
        }

        ServiceModel model() {
            var merged = new ArrayList<Operation>();
            for (var o : operations.values()) {
                var out = streamingOutput.getOrDefault(o.name(), false);
                merged.add(new Operation(o.name(), o.verb(), o.uri(), o.streamingInput(), out));
            }
            if (protocol == null) {
                throw new IllegalStateException(api + " names no protocol");
            }
            return new ServiceModel(name, api, protocol, version, targetPrefix, merged, List.copyOf(failures.values()));
        }

        void client(ClassModel type) {
            for (var field : type.fields()) {
                if (field.fieldName().equalsString("SERVICE_NAME")) {
                    field.findAttribute(Attributes.constantValue()).ifPresent(value -> {
                        name = String.valueOf(value.constant().constantValue());
                        api = type.thisClass().asInternalName().replace('/', '.');
                    });
                }
            }
            for (var method : type.methods()) {
                if (method.methodType().stringValue().contains("/ResponseTransformer;)")) {
                    var camel = method.methodName().stringValue();
                    streamingOutput.put(Character.toUpperCase(camel.charAt(0)) + camel.substring(1), true);
                }
            }
        }

        void marshaller(String simple, ClassModel type) {
            var facts = new HashMap<String, String>();
            facts.put("requestUri", "/");
            for (var element : code(type, "<clinit>")) {
                switch (element) {
                    case ConstantInstruction c -> facts.put("", String.valueOf(c.constantValue()));
                    case FieldInstruction f
                    when f.owner().asInternalName().endsWith("/SdkHttpMethod") ->
                        facts.put("verb", f.name().stringValue());
                    case InvokeInstruction i -> facts.put(i.name().stringValue(), facts.getOrDefault("", ""));
                    default -> {
                        // nothing else says anything about the operation
                    }
                }
            }
            var operation = simple.substring(0, simple.length() - "RequestMarshaller".length());
            var target = facts.getOrDefault("operationIdentifier", "");
            if (target.contains(".")) {
                targetPrefix = target.substring(0, target.lastIndexOf('.'));
                operation = target.substring(target.lastIndexOf('.') + 1);
            } else if (!target.isEmpty()) {
                operation = target;
            }
            version = facts.getOrDefault("apiVersion", version);
            operations.put(
                    operation,
                    new Operation(
                            operation,
                            facts.getOrDefault("verb", "POST"),
                            facts.getOrDefault("requestUri", "/"),
                            "1".equals(facts.get("hasStreamingInput")),
                            false));
        }

        void implementation(ClassModel type) {
            for (var method : type.methods()) {
                method.code().ifPresent(code -> new FailureReader().read(code));
            }
        }

        /** Follows chains of {@code ExceptionMetadata.builder().errorCode(…).exceptionBuilderSupplier(…).httpStatusCode(…).build()}. */
        private final class FailureReader {
            private String text = "";
            private int number;
            private @Nullable String code;
            private String type = "";
            private int status;

            void read(Iterable<CodeElement> elements) {
                for (var element : elements) {
                    switch (element) {
                        case ConstantInstruction c -> {
                            if (c.constantValue() instanceof String s) {
                                text = s;
                            } else if (c.constantValue() instanceof Integer n) {
                                number = n;
                            }
                        }
                        case FieldInstruction f -> protocol(f);
                        case InvokeDynamicInstruction d -> {
                            for (var argument : d.bootstrapArgs()) {
                                if (argument instanceof DirectMethodHandleDesc h) {
                                    type = h.owner().displayName();
                                }
                            }
                        }
                        case InvokeInstruction i -> invoke(i);
                        default -> {
                            // nothing else takes part in such a chain
                        }
                    }
                }
            }

            private void protocol(FieldInstruction f) {
                if (f.owner().asInternalName().endsWith("/AwsJsonProtocol")) {
                    protocol = switch (f.name().stringValue()) {
                        case "AWS_JSON" -> Protocol.AWS_JSON;
                        case "REST_JSON" -> Protocol.REST_JSON;
                        case "SMITHY_RPC_V2_CBOR" -> Protocol.RPC_CBOR;
                        default -> protocol;
                    };
                }
            }

            private void invoke(InvokeInstruction i) {
                var owner = i.owner().asInternalName();
                switch (i.name().stringValue()) {
                    case "errorCode" -> {
                        code = text;
                        status = 0;
                    }
                    case "httpStatusCode" -> status = number;
                    case "build" -> {
                        if (code != null && owner.endsWith("ExceptionMetadata$Builder")) {
                            failures.put(type, new Failure(type, code, status));
                            code = null;
                        }
                    }
                    default -> protocolFactory(owner);
                }
            }

            private void protocolFactory(String owner) {
                if (owner.endsWith("/AwsQueryProtocolFactory")) {
                    protocol = Protocol.QUERY;
                } else if (owner.endsWith("/AwsEc2ProtocolFactory")) {
                    protocol = Protocol.EC2;
                } else if (owner.endsWith("/AwsXmlProtocolFactory") || owner.endsWith("/AwsS3ProtocolFactory")) {
                    protocol = Protocol.REST_XML;
                }
            }
        }

        private static Iterable<CodeElement> code(ClassModel type, String method) {
            for (var m : type.methods()) {
                var code = m.code();
                if (m.methodName().equalsString(method) && code.isPresent()) {
                    return code.get();
                }
            }
            return List.of();
        }
    }
}
