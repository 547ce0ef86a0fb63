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
}
