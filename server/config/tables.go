package config

// dataBackendKeys returns the keys of DataBackendConfig that a data backend understands,
// nil for a backend whose keys are not known here.
func dataBackendKeys(backend string) []string {
	switch backend {
	case "file":
		return []string{"Directory", "EncryptionKey", "EncryptionKeyFile", "OldEncryptionKeys"}
	case "s3":
		return []string{
			"Endpoint", "AccessKeyID", "SecretAccessKey", "Bucket", "Location", "Prefix",
			"PartSize", "UseSSL", "SSE", "CACert", "PathStyle", "NoChecksum", "Memory",
		}
	case "swift": // Container, and the connection of OpenStack
		return []string{
			"Container", "SegmentSize", "UserName", "UserId", "ApiKey", "AuthUrl", "AuthVersion", "AuthToken",
			"ApplicationCredentialId", "ApplicationCredentialName", "ApplicationCredentialSecret",
			"Domain", "DomainId", "Tenant", "TenantId", "TenantDomain", "TenantDomainId", "TrustId",
			"Region", "EndpointType", "Internal", "StorageUrl", "Retries", "UserAgent",
			"ConnectTimeout", "Timeout", "FetchUntilEmptyPage", "PartialPageFetchThreshold",
		}
	case "gcs":
		return []string{"Bucket", "Folder", "Endpoint"}
	}
	return nil
}

// metadataBackendKeys returns the keys of MetadataBackendConfig. They are the same for all drivers.
func metadataBackendKeys() []string {
	return []string{
		"Driver", "ConnectionString", "EraseFirst", "MaxOpenConns", "MaxIdleConns", "Debug",
		"SlowQueryThreshold", "ConnectTimeout",
	}
}
