package dev.tsumuji.wire.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BucketHostTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "photos.s3.amazonaws.com,photos,-",
                "photos.s3.eu-west-1.amazonaws.com,photos,eu-west-1",
                "photos.s3-eu-west-1.amazonaws.com,photos,eu-west-1",
                "photos.s3.dualstack.eu-west-1.amazonaws.com,photos,eu-west-1",
                "photos.s3-accelerate.amazonaws.com,photos,-",
                "photos.s3-accelerate.dualstack.amazonaws.com,photos,-",
                "Photos.S3.LocalHost:4566,photos,-",
                "photos.s3.eu-central-1.localhost:4566,photos,eu-central-1",
                "photos.s3.localhost.localstack.cloud:4566,photos,-",
                "a.b.c.s3.localhost,a.b.c,-",
                "my.s3.things.s3.us-east-1.amazonaws.com,my.s3.things,us-east-1",
                "photos.localhost:4566,photos,-",
                "photos.s3.storage.example.org,photos,-",
                "s3.amazonaws.com,-,-",
                "s3.us-east-1.amazonaws.com,-,us-east-1",
                "s3.localhost:4566,-,-",
                "localhost:4566,-,-",
                "127.0.0.1:4566,-,-",
                "[::1]:4566,-,-",
                "tsumuji:4566,-,-",
                "000000000000.s3-control.us-east-1.amazonaws.com,-,-"
            })
    void a_host_tells_bucket_and_region(String host, String bucket, String region) {
        assertThat(BucketHost.of(host)).isEqualTo(new BucketHost(bucket, region));
    }
}
