package dev.tsumuji.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Event;

/** What {@code examples/paper/deploy} makes, made with the SDK. */
record PaperStack(RunningPlatform platform, S3Client s3, LambdaClient lambda) {
    static final String PAGES = "paper-pages";
    static final String SITE = "paper-site";
    static final String FUNCTION = "paper";
    /** At once; the others wait as events. */
    private static final int CONCURRENCY = 4;

    private static final Path EXAMPLE = Path.of("..", "examples", "paper");

    void deploy() throws IOException {
        s3.createBucket(r -> r.bucket(PAGES));
        s3.createBucket(r -> r.bucket(SITE));
        s3.putPublicAccessBlock(r -> r.bucket(SITE)
                .publicAccessBlockConfiguration(c -> c.blockPublicAcls(true)
                        .ignorePublicAcls(true)
                        .blockPublicPolicy(false)
                        .restrictPublicBuckets(false)));
        s3.putBucketPolicy(r -> r.bucket(SITE).policy("""
                {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",\
                "Resource":"arn:aws:s3:::%s/*"}]}""".formatted(SITE)));
        s3.putBucketWebsite(
                r -> r.bucket(SITE).websiteConfiguration(w -> w.indexDocument(i -> i.suffix("index.html"))));
        var role = role();
        var zip = SdkBytes.fromByteArray(FunctionPackage.zipOf(code()));
        lambda.createFunction(r -> r.functionName(FUNCTION)
                .runtime("java25")
                .memorySize(1024)
                .timeout(300)
                .handler("dev.tsumuji.examples.paper.PageHandler")
                .environment(e -> e.variables(Map.of("SITE_BUCKET", SITE)))
                .role(role)
                .code(c -> c.zipFile(zip)));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(FUNCTION));
        lambda.putFunctionConcurrency(r -> r.functionName(FUNCTION).reservedConcurrentExecutions(CONCURRENCY));
    }

    private String role() {
        try (var iam = platform.client(IamClient.builder())) {
            var role = Roles.basic(iam, FUNCTION);
            iam.putRolePolicy(
                    r -> r.roleName(FUNCTION).policyName("buckets").policyDocument("""
                            {"Version":"2012-10-17","Statement":[\
                            {"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::%s/*"},\
                            {"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::%s/*"}]}""".formatted(PAGES, SITE)));
            return role;
        }
    }

    /** Its classes, and the jars that Maven has put beside them. */
    private static Map<String, byte[]> code() throws IOException {
        var files = new LinkedHashMap<String, byte[]>();
        var target = EXAMPLE.resolve("target");
        for (var folder : List.of("classes", "lib")) {
            var root = folder.equals("classes") ? target.resolve(folder) : target;
            try (var found = Files.walk(target.resolve(folder))) {
                for (var file : found.filter(Files::isRegularFile).sorted().toList()) {
                    files.put(root.relativize(file).toString(), Files.readAllBytes(file));
                }
            }
        }
        return files;
    }

    void startFunctionByNotification() {
        var arn = lambda.getFunctionConfiguration(r -> r.functionName(FUNCTION)).functionArn();
        lambda.addPermission(r -> r.functionName(FUNCTION)
                .statementId("s3")
                .action("lambda:InvokeFunction")
                .principal("s3.amazonaws.com")
                .sourceArn("arn:aws:s3:::" + PAGES)
                .sourceAccount(RunningPlatform.ACCOUNT));
        s3.putBucketNotificationConfiguration(r -> r.bucket(PAGES)
                .notificationConfiguration(c -> c.lambdaFunctionConfigurations(
                        f -> f.lambdaFunctionArn(arn).events(Event.S3_OBJECT_CREATED))));
    }

    /**
     * Puts the viewer on the site, and leaves in the folder what drives a browser.
     *
     * @return false when npm can't bring them
     */
    boolean putSite(Path folder) throws IOException {
        for (var name : List.of("package.json", "package-lock.json")) {
            Files.copy(EXAMPLE.resolve("site").resolve(name), folder.resolve(name));
        }
        var install = "npm ci --ignore-scripts --no-audit --no-fund"
                + " && npm install --no-save --ignore-scripts --no-audit --no-fund playwright-core@1.65.1";
        try {
            if (Client.run(folder, Map.of(), List.of("sh", "-c", install)).exitCode() != 0) {
                return false;
            }
        } catch (AssertionError e) {
            return false; // hangs without a network
        }
        put("index.html", "text/html", EXAMPLE.resolve("site/index.html"));
        put("viewer.js", "text/javascript", EXAMPLE.resolve("site/viewer.js"));
        put(
                "openseadragon.min.js",
                "text/javascript",
                folder.resolve("node_modules/openseadragon/build/openseadragon/openseadragon.min.js"));
        return true;
    }

    private void put(String key, String type, Path file) {
        s3.putObject(r -> r.bucket(SITE).key(key).contentType(type), file);
    }
}
