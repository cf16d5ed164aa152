package config

// features decides the flags that were left out, checks all of them, and brings the
// deprecated switches in line with them.
func (r *resolver) features() {
	authentication := flagOf(r.Authentication)
	if r.NoAnonymousUploads {
		authentication = Forced
	}
	r.feature("FeatureAuthentication", &r.FeatureAuthentication, authentication)
	r.feature("FeatureOneShot", &r.FeatureOneShot, flagOf(r.OneShot))
	r.feature("FeatureRemovable", &r.FeatureRemovable, flagOf(r.Removable))
	r.feature("FeatureStream", &r.FeatureStream, flagOf(r.Stream))
	r.feature("FeaturePassword", &r.FeaturePassword, flagOf(r.ProtectedByPassword))
	r.feature("FeatureComments", &r.FeatureComments, Enabled)
	r.feature("FeatureSetTTL", &r.FeatureSetTTL, Enabled)
	r.feature("FeatureExtendTTL", &r.FeatureExtendTTL, Disabled)
	r.feature("FeatureText", &r.FeatureText, Enabled)
	r.toggle("FeatureClients", &r.FeatureClients)
	r.toggle("FeatureGithub", &r.FeatureGithub)

	r.Authentication = r.FeatureAuthentication.Enabled()
	r.NoAnonymousUploads = r.FeatureAuthentication.Forced()
	r.OneShot = r.FeatureOneShot.Enabled()
	r.Removable = r.FeatureRemovable.Enabled()
	r.Stream = r.FeatureStream.Enabled()
	r.ProtectedByPassword = r.FeaturePassword.Enabled()
}

// feature gives a flag that was left out its value, and checks one that was not.
func (r *resolver) feature(key string, flag *Flag, otherwise Flag) {
	switch *flag {
	case "":
		*flag = otherwise
	case Disabled, Enabled, Opted, Forced:
	default:
		r.failf("Invalid value for %s : Invalid feature flag value. Expecting : disabled|enabled|default|forced, not %q", key, string(*flag))
	}
}

// toggle is feature for what only shows or hides something.
func (r *resolver) toggle(key string, flag *Flag) {
	switch *flag {
	case "":
		*flag = Enabled
	case Disabled, Enabled:
	default:
		r.failf("Invalid value for %s : Invalid feature flag value. Expecting : disabled|enabled, not %q", key, string(*flag))
	}
}
