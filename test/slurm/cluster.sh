#!/usr/bin/env bash
# A Slurm cluster of two nodes on this machine: cluster.sh start FOLDER PORT PORT PORT, cluster.sh stop FOLDER.
# Everything stands in FOLDER, every daemon listens on the loopback only and under its own port, so that it
# meets no other Slurm. Nothing needs systemd, cgroups, a database or the system's own munge.
set -euo pipefail

start() {
  mkdir -p "$folder"/{state,spool.n1,spool.n2}
  ( umask 077 && head -c 1024 /dev/urandom >"$folder/munge.key" )
  # By force: its folder need not be open to others, for all its clients are ours.
  munged --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" --pid-file="$folder/munged.pid" \
    --log-file="$folder/munged.log" --seed-file="$folder/munge.seed"
  configuration "$@" >"$folder/slurm.conf"
  slurmctld -f "$folder/slurm.conf"
  slurmd -f "$folder/slurm.conf" -N n1
  slurmd -f "$folder/slurm.conf" -N n2
  export SLURM_CONF="$folder/slurm.conf"
  for _ in $(seq 100); do
    [ "$(sinfo --noheader --states=idle --format=%D 2>/dev/null)" = 2 ] && return
    sleep 0.2
  done
  echo "the two nodes are not idle after 20 s" >&2
  tail -n 5 "$folder"/*.log >&2
  return 1
}

configuration() {
  local host user
  host=$(hostname -s)
  user=$(id -un)
  cat <<CONF
ClusterName=tcesim
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$1
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CredType=cred/munge
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool.%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.%n.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,batch_sched_delay=0,bf_interval=1
ReturnToService=2
KillWait=5
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$2 CPUs=2 State=UNKNOWN
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$3 CPUs=2 State=UNKNOWN
PartitionName=debug Nodes=n[1-2] Default=YES MaxTime=INFINITE State=UP
CONF
}

# Ends the daemons in the order in which they need each other, and waits until each is gone.
stop() {
  local name pid
  SLURM_CONF="$folder/slurm.conf" scancel --state=RUNNING 2>/dev/null || true
  for name in slurmd.n1 slurmd.n2 slurmctld munged; do
    pid=$(cat "$folder/$name.pid" 2>/dev/null) || continue
    kill "$pid" 2>/dev/null || continue
    for _ in $(seq 50); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.2
    done
  done
}

action=$1
folder=$2
shift 2
"$action" "$@"
