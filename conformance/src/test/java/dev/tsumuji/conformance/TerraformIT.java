package dev.tsumuji.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unmodified Terraform with the AWS provider, where both are installed. */
class TerraformIT {
    private static final String PROVIDER = "registry.terraform.io/hashicorp/aws";

    @TempDir
    static Path folder;

    private static RunningPlatform platform;

    @BeforeAll
    static void start() throws IOException {
        Client.assumeRuns("terraform", "version");
        var plugins = plugins();
        assumeTrue(plugins.isPresent(), "skipped: no folder with Terraform's AWS provider was found on this machine");
        platform = RunningPlatform.start(folder.resolve("data"));
        FunctionPackage.node().write(folder);
        FunctionPackage.python().write(folder);
        FunctionPackage.java().write(folder);
        FunctionPackage.custom().write(folder);
        Files.writeString(folder.resolve("main.tf"), STACK);
        Files.writeString(folder.resolve("buckets.tf"), BUCKETS);
        for (var file : List.of("tables.tf", "notifications.tf", "functions.tf")) {
            try (var text = TerraformIT.class.getResourceAsStream("/terraform/" + file)) {
                Files.copy(text, folder.resolve(file));
            }
        }
        terraform("init", "-input=false", "-plugin-dir=" + plugins.get()).ok();
    }

    @AfterAll
    static void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    void a_stack_is_applied_without_drift_and_destroyed_without_leftovers() {
        terraform("apply", "-auto-approve", "-input=false").ok();

        var plan = terraform("plan", "-detailed-exitcode", "-input=false");
        assertThat(plan.exitCode()).as(plan.out()).isZero();

        terraform("destroy", "-auto-approve", "-input=false").ok();
        assertThat(aws("lambda", "list-functions", "--query", "Functions")).isEqualTo("[]");
        assertThat(aws("iam", "list-roles", "--query", "Roles")).isEqualTo("[]");
        assertThat(aws("s3api", "list-buckets", "--query", "Buckets")).isEqualTo("[]");
        assertThat(aws("dynamodb", "list-tables", "--query", "TableNames")).isEqualTo("[]");
    }

    private static String aws(String... arguments) {
        var command = new ArrayList<>(List.of("aws"));
        command.addAll(List.of(arguments));
        return Client.run(folder, platform.environment(), command).ok();
    }

    private static Client.Outcome terraform(String... arguments) {
        var command = new ArrayList<>(List.of("terraform"));
        command.addAll(List.of(arguments));
        command.add("-no-color");
        return Client.run(folder, platform.environment(), command);
    }

    /** The folder that {@code terraform init -plugin-dir} wants: the one that holds the registry's name. */
    private static Optional<Path> plugins() throws IOException {
        var candidates = new ArrayList<Path>();
        Optional.ofNullable(System.getenv("TF_PLUGIN_DIR")).map(Path::of).ifPresent(candidates::add);
        candidates.add(Path.of(System.getProperty("user.home"), ".terraform.d", "plugins"));
        candidates.add(Path.of("/usr/share/terraform/plugins"));
        candidates.add(Path.of("/usr/local/share/terraform/plugins"));
        try (var installed = Files.list(Path.of("/opt"))) {
            installed.forEach(candidates::add);
        }
        return candidates.stream()
                .filter(path -> Files.isDirectory(path.resolve(PROVIDER)))
                .findFirst();
    }

    private static final String STACK = """
            provider "aws" {
              region                      = "us-east-1"
              skip_metadata_api_check     = true
              skip_region_validation      = true
              s3_use_path_style           = true
            }

            locals {
              functions = {
                node   = { runtime = "nodejs20.x", handler = "index.handler" }
                python = { runtime = "python3.11", handler = "app.handler" }
                java   = { runtime = "java21", handler = "dev.tsumuji.conformance.functions.HelloHandler::handleRequest" }
                custom = { runtime = "provided.al2023", handler = "function.handler" }
              }
            }

            resource "aws_iam_role" "runner" {
              name = "runner"
              tags = { team = "wind" }
              assume_role_policy = jsonencode({
                Version   = "2012-10-17"
                Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
              })
            }

            resource "aws_iam_role_policy_attachment" "logs" {
              role       = aws_iam_role.runner.name
              policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
            }

            resource "aws_iam_policy" "read" {
              name   = "read"
              policy = jsonencode({
                Version   = "2012-10-17"
                Statement = [{ Effect = "Allow", Action = ["lambda:GetFunction"], Resource = "*" }]
              })
            }

            resource "aws_iam_role_policy_attachment" "read" {
              role       = aws_iam_role.runner.name
              policy_arn = aws_iam_policy.read.arn
            }

            resource "aws_iam_role_policy" "inline" {
              name   = "inline"
              role   = aws_iam_role.runner.id
              policy = jsonencode({
                Version   = "2012-10-17"
                Statement = [{ Effect = "Allow", Action = "sts:GetCallerIdentity", Resource = "*" }]
              })
            }

            resource "aws_cloudwatch_log_group" "logs" {
              for_each          = local.functions
              name              = "/aws/lambda/hello-${each.key}"
              retention_in_days = 14
            }

            resource "aws_lambda_function" "hello" {
              for_each         = local.functions
              function_name    = "hello-${each.key}"
              role             = aws_iam_role.runner.arn
              runtime          = each.value.runtime
              handler          = each.value.handler
              filename         = "${path.module}/${each.value.runtime}.zip"
              source_code_hash = filebase64sha256("${path.module}/${each.value.runtime}.zip")
              memory_size      = 256
              timeout          = 10
              environment {
                variables = { GREETING = "hello" }
              }
              tags       = { language = each.key }
              depends_on = [aws_cloudwatch_log_group.logs]
            }

            resource "aws_lambda_permission" "gateway" {
              for_each      = local.functions
              statement_id  = "AllowGateway"
              action        = "lambda:InvokeFunction"
              function_name = aws_lambda_function.hello[each.key].function_name
              principal     = "apigateway.amazonaws.com"
              source_arn    = "arn:aws:execute-api:us-east-1:000000000000:abcdef/*/GET/hello"
            }

            output "arns" {
              value = [for f in aws_lambda_function.hello : f.arn]
            }
            """;

    private static final String BUCKETS = """
            resource "aws_s3_bucket" "site" {
              bucket = "site"
              tags = { team = "wind" }
            }
            resource "aws_s3_bucket_versioning" "v" {
              bucket = aws_s3_bucket.site.id
              versioning_configuration { status = "Enabled" }
            }
            resource "aws_s3_bucket_public_access_block" "p" {
              bucket = aws_s3_bucket.site.id
              block_public_acls = false
              block_public_policy = false
              ignore_public_acls = false
              restrict_public_buckets = false
            }
            resource "aws_s3_bucket_ownership_controls" "o" {
              bucket = aws_s3_bucket.site.id
              rule { object_ownership = "BucketOwnerPreferred" }
            }
            resource "aws_s3_bucket_acl" "acl" {
              depends_on = [aws_s3_bucket_ownership_controls.o, aws_s3_bucket_public_access_block.p]
              bucket = aws_s3_bucket.site.id
              acl = "private"
            }
            resource "aws_s3_bucket_policy" "pol" {
              depends_on = [aws_s3_bucket_public_access_block.p]
              bucket = aws_s3_bucket.site.id
              policy = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = "Public", Effect = "Allow", Principal = "*", Action = ["s3:GetObject"], Resource = ["${aws_s3_bucket.site.arn}/*"] }] })
            }
            resource "aws_s3_bucket_cors_configuration" "c" {
              bucket = aws_s3_bucket.site.id
              cors_rule {
                allowed_headers = ["*"]
                allowed_methods = ["GET", "PUT"]
                allowed_origins = ["https://example.com"]
                expose_headers = ["ETag"]
                max_age_seconds = 3000
              }
            }
            resource "aws_s3_bucket_lifecycle_configuration" "l" {
              bucket = aws_s3_bucket.site.id
              rule {
                id = "logs"
                status = "Enabled"
                filter { prefix = "logs/" }
                expiration { days = 90 }
                transition {
                  days          = 30
                  storage_class = "STANDARD_IA"
                }
                noncurrent_version_expiration { noncurrent_days = 7 }
                abort_incomplete_multipart_upload { days_after_initiation = 2 }
              }
            }
            resource "aws_s3_bucket_server_side_encryption_configuration" "e" {
              bucket = aws_s3_bucket.site.id
              rule {
                apply_server_side_encryption_by_default {
                  sse_algorithm = "AES256"
                }
              }
            }
            resource "aws_s3_bucket_website_configuration" "w" {
              bucket = aws_s3_bucket.site.id
              index_document { suffix = "index.html" }
              error_document { key = "error.html" }
              routing_rule {
                condition { key_prefix_equals = "old/" }
                redirect { replace_key_prefix_with = "new/" }
              }
            }
            resource "aws_s3_object" "index" {
              bucket = aws_s3_bucket.site.id
              key = "index.html"
              content = "<h1>hello</h1>"
              content_type = "text/html"
              tags = { a = "b" }
            }
            resource "aws_s3_object" "err" {
              bucket = aws_s3_bucket.site.id
              key = "error.html"
              content = "<h1>oops</h1>"
              content_type = "text/html"
            }
            resource "aws_s3_object" "sub" {
              bucket = aws_s3_bucket.site.id
              key = "docs/index.html"
              content = "docs"
              content_type = "text/html"
            }
            data "aws_s3_bucket" "d" { bucket = aws_s3_bucket.site.id }
            """;
}
