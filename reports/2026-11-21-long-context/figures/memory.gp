set encoding utf8
set datafile separator comma
$texts << END_OF_TEXTS
peak memory
1K
4K
16K
64K
256K
1M
4M
1 MiB
4 MiB
16 MiB
64 MiB
256 MiB
1 GiB
4 GiB
16 GiB
full, 1 thread
full, 2 threads
sliding-window(1024), 1 thread
sliding-window(1024), 2 threads
chunked-overlap(1024)
attention-sink(4+1024)
chunked-local(8192)
would take about 19 h
would take about 12 h
would take about 3.1 h
would take about 46 min
would take about 12 min
would take about 2.9 min
sequence length n (tokens)
At 128K tokens chunked-overlap(1024) peaks at 136 MiB, full, 1 thread at 128 MiB
One call, causal, float32, d = 64, 1 head. Points: growth of the process's peak resident memory since before the cell.
Lines: Q, K, V, O and the kernel's own scratch, computed from the sizes.
×: not measured; the report says why.
END_OF_TEXTS
if (!exists('formats')) formats = 'svg png pdf'
do for [format in formats] {
mark = (format eq 'svg' ? 0.8 : 1) * 1
if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name 'memory' font 'Inter&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font 'Inter,12' fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font 'Inter,12' fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
set output 'memory.'.format
set border 3 lw 0.8 lc rgb '#777777'
set tics nomirror out scale 0.5 textcolor rgb '#1a1a1a' font ',12'
set grid ytics lt 1 lw 0.6 lc rgb '#e6e6e6'
unset mxtics
unset mytics
unset key
set errorbars small
set label '{/:Bold '.$texts[31].'}' at screen 0.0194, screen 0.9466 left font ',15.5' tc rgb '#1a1a1a'
set label $texts[32] at screen 0.0194, screen 0.9027 left font ',11.5' tc rgb '#595959'
set label $texts[33] at screen 0.0194, screen 0.8715 left font ',11.5' tc rgb '#595959'
set label $texts[34] at screen 0.0194, screen 0.0292 left font ',10.5' tc rgb '#595959'
set label $texts[30] at screen 0.3970, screen 0.0771 center font ',11.5' tc rgb '#595959'
set logscale x 2
set logscale y 10
set xrange [930:1.0491e+07]
set yrange [655360:1.720189e+10]
set xtics ($texts[2] 1024, $texts[3] 4096, $texts[4] 16384, $texts[5] 65536, $texts[6] 262144, $texts[7] 1048576, $texts[8] 4194304)
set ytics ($texts[9] 1048576, $texts[10] 4194304, $texts[11] 1.677722e+07, $texts[12] 6.710886e+07, $texts[13] 2.684355e+08, $texts[14] 1.073742e+09, $texts[15] 4.294967e+09, $texts[16] 1.717987e+10)
set lmargin at screen 0.1031
set rmargin at screen 0.6908
set bmargin at screen 0.1604
set tmargin at screen 0.7923
set label $texts[1] at screen 0.0194, screen 0.8277 left font ',11.5' tc rgb '#595959'
set label $texts[17] at screen 0.7269, screen 0.7694 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.6991, screen 0.7631 to screen 0.7214, screen 0.7694 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[18] at screen 0.7269, screen 0.5067 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.4231, screen 0.4911 to screen 0.6991, screen 0.4911 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6991, screen 0.4911 to screen 0.7214, screen 0.5067 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[19] at screen 0.7269, screen 0.7381 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.6991, screen 0.7631 to screen 0.7214, screen 0.7381 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[20] at screen 0.7269, screen 0.4754 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.4231, screen 0.4910 to screen 0.6991, screen 0.4910 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6991, screen 0.4910 to screen 0.7214, screen 0.4754 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[21] at screen 0.7269, screen 0.8006 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.6991, screen 0.7631 to screen 0.7214, screen 0.8006 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[22] at screen 0.7269, screen 0.7069 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.6991, screen 0.7631 to screen 0.7214, screen 0.7069 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[23] at screen 0.7269, screen 0.6756 left font ',11.5' tc rgb '#E69F00'
set arrow from screen 0.6991, screen 0.7631 to screen 0.7214, screen 0.6756 nohead lt 1 dt 1 lw 0.5 lc rgb '#E69F00' back
set label $texts[24] at screen 0.6783, screen 0.7956 right font ',10.5' tc rgb '#0072B2'
set label $texts[25] at screen 0.6643, screen 0.7554 right font ',10.5' tc rgb '#0072B2'
set label $texts[26] at screen 0.6206, screen 0.7124 right font ',10.5' tc rgb '#0072B2'
set label $texts[27] at screen 0.5769, screen 0.6694 right font ',10.5' tc rgb '#0072B2'
set label $texts[28] at screen 0.5333, screen 0.6263 right font ',10.5' tc rgb '#0072B2'
set label $texts[29] at screen 0.4896, screen 0.5833 right font ',10.5' tc rgb '#0072B2'
plot 'memory.csv' skip 1 using ($1 == 0 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#0072B2', \
  'memory.csv' skip 1 using ($1 == 1 ? $4 : NaN):5 with lines dt (2,4) lw 1.4 lc rgb '#0072B2', \
  'memory.csv' skip 1 using ($1 == 2 ? $4 : NaN):5 with points pt 2 ps 0.75*mark lw 1.6 lc rgb '#0072B2', \
  'memory.csv' skip 1 using ($1 == 3 ? $4 : NaN):5 with lines dt (14,8) lw 1 lc rgb '#0072B2', \
  'memory.csv' skip 1 using ($1 == 4 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#D55E00', \
  'memory.csv' skip 1 using ($1 == 5 ? $4 : NaN):5 with lines dt (14,8) lw 1 lc rgb '#D55E00', \
  'memory.csv' skip 1 using ($1 == 6 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#009E73', \
  'memory.csv' skip 1 using ($1 == 7 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#CC79A7', \
  'memory.csv' skip 1 using ($1 == 8 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#E69F00', \
  'memory.csv' skip 1 using ($1 == 9 ? $4 : NaN):5 with lines dt (2,4) lw 1.4 lc rgb '#E69F00', \
  'memory.csv' skip 1 using ($1 == 10 ? $4 : NaN):5 with points pt 2 ps 0.75*mark lw 1.6 lc rgb '#E69F00', \
  'memory.csv' skip 1 using ($1 == 11 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#0072B2', \
  'memory.csv' skip 1 using ($1 == 12 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#ffffff', \
  'memory.csv' skip 1 using ($1 == 12 ? $4 : NaN):5 with points pt 6 ps 0.9*mark lw 1.2 lc rgb '#0072B2', \
  'memory.csv' skip 1 using ($1 == 13 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#D55E00', \
  'memory.csv' skip 1 using ($1 == 14 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#ffffff', \
  'memory.csv' skip 1 using ($1 == 14 ? $4 : NaN):5 with points pt 4 ps 0.81*mark lw 1.2 lc rgb '#D55E00', \
  'memory.csv' skip 1 using ($1 == 15 ? $4 : NaN):5 with points pt 9 ps 0.72*mark lc rgb '#009E73', \
  'memory.csv' skip 1 using ($1 == 16 ? $4 : NaN):5 with points pt 13 ps 0.63*mark lc rgb '#CC79A7', \
  'memory.csv' skip 1 using ($1 == 17 ? $4 : NaN):5 with points pt 11 ps 0.54*mark lc rgb '#E69F00'
unset output
unset label
unset arrow
unset logscale
}
