set encoding utf8
set datafile separator comma
$texts << END_OF_TEXTS
GB/s
1K
4K
16K
64K
256K
1M
4M
0
50
100
full
window(1024)
memory: 40.4 GB/s
cached tokens n
decode-full reads 5.00 GiB per token from memory at
89 % of the measured bandwidth
Queries, outputs, and the keys and values that the token sees, once each, over the time of a step; causal, float32,
d = 64, 1 head, one core. Medians with 95 % intervals. Grey: read bandwidth of memory in the same run; above it, the
previous step left the data in a cache.
END_OF_TEXTS
if (!exists('formats')) formats = 'svg png pdf'
do for [format in formats] {
mark = (format eq 'svg' ? 0.8 : 1) * 1
if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name 'bandwidth' font 'Inter&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font 'Inter,12' fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font 'Inter,12' fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
set output 'bandwidth.'.format
set border 3 lw 0.8 lc rgb '#777777'
set tics nomirror out scale 0.5 textcolor rgb '#1a1a1a' font ',12'
set grid ytics lt 1 lw 0.6 lc rgb '#e6e6e6'
unset mxtics
unset mytics
unset key
set errorbars small
set label '{/:Bold '.$texts[16].'}' at screen 0.0194, screen 0.9466 left font ',15.5' tc rgb '#1a1a1a'
set label '{/:Bold '.$texts[17].'}' at screen 0.0194, screen 0.9014 left font ',15.5' tc rgb '#1a1a1a'
set label $texts[18] at screen 0.0194, screen 0.8575 left font ',11.5' tc rgb '#595959'
set label $texts[19] at screen 0.0194, screen 0.8263 left font ',11.5' tc rgb '#595959'
set label $texts[20] at screen 0.0194, screen 0.7950 left font ',11.5' tc rgb '#595959'
set label $texts[15] at screen 0.4289, screen 0.0333 center font ',11.5' tc rgb '#595959'
set logscale x 2
set xrange [930:1.0491e+07]
set yrange [0:125.5076]
set xtics ($texts[2] 1024, $texts[3] 4096, $texts[4] 16384, $texts[5] 65536, $texts[6] 262144, $texts[7] 1048576, $texts[8] 4194304)
set ytics ($texts[9] 0, $texts[10] 50, $texts[11] 100)
set lmargin at screen 0.0661
set rmargin at screen 0.7916
set bmargin at screen 0.1167
set tmargin at screen 0.7158
set label $texts[1] at screen 0.0194, screen 0.7513 left font ',11.5' tc rgb '#595959'
set label $texts[12] at screen 0.8277, screen 0.2832 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.7999, screen 0.2881 to screen 0.8221, screen 0.2832 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[13] at screen 0.8277, screen 0.6408 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.6209, screen 0.6408 to screen 0.7999, screen 0.6408 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.7999, screen 0.6408 to screen 0.8221, screen 0.6408 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[14] at screen 0.8277, screen 0.3144 left font ',11.5' tc rgb '#595959'
set arrow from screen 0.7999, screen 0.3095 to screen 0.8221, screen 0.3144 nohead lt 1 dt 1 lw 0.5 lc rgb '#595959' back
plot 'bandwidth.csv' skip 1 using ($1 == 0 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'bandwidth.csv' skip 1 using ($1 == 1 ? $4 : NaN):5 with lines dt 1 lw 1.75 lc rgb '#0072B2', \
  'bandwidth.csv' skip 1 using ($1 == 2 ? $4 : NaN):5 with lines dt 1 lw 1.575 lc rgb '#D55E00', \
  'bandwidth.csv' skip 1 using ($1 == 3 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#0072B2', \
  'bandwidth.csv' skip 1 using ($1 == 3 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#0072B2', \
  'bandwidth.csv' skip 1 using ($1 == 4 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#D55E00', \
  'bandwidth.csv' skip 1 using ($1 == 4 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#D55E00'
unset output
unset label
unset arrow
unset logscale
}
