package node

// The parts and their arguments. Loopback below is that of the cluster's own network namespace.

func (p plan) etcdArguments() []string {
	return []string{
		"--name=node", "--data-dir=" + p.runtime("etcd"),
		"--listen-client-urls=http://127.0.0.1:2379", "--advertise-client-urls=http://127.0.0.1:2379",
		"--listen-peer-urls=http://127.0.0.1:2380", "--initial-advertise-peer-urls=http://127.0.0.1:2380",
		"--initial-cluster=node=http://127.0.0.1:2380",
		"--unsafe-no-fsync", // a cluster that dies is made anew
		"--logger=zap", "--log-level=warn",
	}
}

func (p plan) apiserverArguments() []string {
	return []string{
		"--etcd-servers=http://127.0.0.1:2379",
		"--advertise-address=" + p.nodeAddress(), "--secure-port=6443",
		"--service-cluster-ip-range=" + p.serviceRange(),
		"--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction",
		"--allow-privileged=true",
		"--client-ca-file=" + p.pki("ca.crt"),
		"--tls-cert-file=" + p.pki("apiserver.crt"), "--tls-private-key-file=" + p.pki("apiserver.key"),
		"--kubelet-certificate-authority=" + p.pki("ca.crt"),
		"--kubelet-client-certificate=" + p.pki("apiserver-to-kubelet.crt"),
		"--kubelet-client-key=" + p.pki("apiserver-to-kubelet.key"),
		// The node's name resolves nowhere; logs and exec need its address.
		"--kubelet-preferred-address-types=InternalIP",
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + p.pki("service-accounts.pub"),
		"--service-account-signing-key-file=" + p.pki("service-accounts.key"),
		// Without the front proxy's certificate aggregated APIs refuse every call.
		"--requestheader-client-ca-file=" + p.pki("ca.crt"),
		"--requestheader-allowed-names=front-proxy-client",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--requestheader-group-headers=X-Remote-Group", "--requestheader-username-headers=X-Remote-User",
		"--proxy-client-cert-file=" + p.pki("front-proxy.crt"), "--proxy-client-key-file=" + p.pki("front-proxy.key"),
	}
}

func (p plan) controllerManagerArguments() []string {
	config := p.config("controller-manager.kubeconfig")
	return []string{
		"--kubeconfig=" + config, "--authentication-kubeconfig=" + config, "--authorization-kubeconfig=" + config,
		"--bind-address=127.0.0.1", "--leader-elect=false", "--use-service-account-credentials=true",
		// There is no other node: pods of one that was silent for a while, as on a machine that slept, are not taken out of service.
		"--node-monitor-grace-period=10m",
		"--service-account-private-key-file=" + p.pki("service-accounts.key"),
		"--root-ca-file=" + p.pki("ca.crt"),
		"--cluster-signing-cert-file=" + p.pki("ca.crt"), "--cluster-signing-key-file=" + p.pki("ca.key"),
	}
}

func (p plan) schedulerArguments() []string {
	config := p.config("scheduler.kubeconfig")
	return []string{
		"--kubeconfig=" + config, "--authentication-kubeconfig=" + config, "--authorization-kubeconfig=" + config,
		"--bind-address=127.0.0.1", "--leader-elect=false",
	}
}

func (p plan) kubeletArguments() []string {
	return []string{
		"--config=" + p.config("kubelet.json"), "--kubeconfig=" + p.config("kubelet.kubeconfig"),
		"--root-dir=" + p.runtime("kubelet"), "--cert-dir=" + p.runtime("kubelet-pki"),
		"--hostname-override=" + p.nodeName(), "--node-ip=" + p.nodeAddress(),
	}
}

func (p plan) proxyArguments() []string {
	return []string{
		"--kubeconfig=" + p.config("proxy.kubeconfig"), "--proxy-mode=iptables",
		"--cluster-cidr=" + p.podRange(), "--hostname-override=" + p.nodeName(),
		// The limits of connection tracking belong to the whole machine and are left alone.
		"--conntrack-max-per-core=0", "--conntrack-tcp-timeout-established=0", "--conntrack-tcp-timeout-close-wait=0",
		"--oom-score-adj=0", "--metrics-bind-address=127.0.0.1:10249", "--healthz-bind-address=127.0.0.1:10256",
	}
}
